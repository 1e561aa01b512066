// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code convert} on a golden model, there and back, and what it refuses. */
class ConvertCommandTest {
  private static Path model = Path.of("");
  @TempDir Path folder;

  @BeforeAll
  static void unpack() {
    model = TestData.golden("01-model-a-tied").resolve("hf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"loam", "mindformers", "megatron", "megatron --tp 2 --pp 2", "hf"})
  void thereAndBackGivesTheSameFile(String target) throws IOException {
    Path there = folder.resolve("there");
    Path back = folder.resolve("back");
    String format = target.split(" ", -1)[0];
    String said = convert(model, there, ("--to " + target).split(" ", -1)).ok().messages();
    assertThat(said)
        .startsWith(model + " (hf) converted to " + there + " (" + format + "): ")
        .matches("(?s).*: \\d+ tensors, \\d+ parameters, \\d+ bytes\n");
    convert(there, back, "--from", format, "--to", "hf").ok();
    assertThat(back.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(there, back);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loam", "mindformers", "megatron", "hf"})
  void aModelOfAnotherTypeThanTheEngineHas(String format) {
    Path narrow = TestData.golden("05-generate-a").resolve("hf_bf16");
    Path there = folder.resolve("there");
    Path back = folder.resolve("back");
    convert(narrow, there, "--to", format).ok();
    convert(there, back, "--to", "hf").ok();
    assertThat(back.resolve("model.safetensors"))
        .hasSameBinaryContentAs(narrow.resolve("model.safetensors"));
  }

  @Test
  void anotherType() {
    Path narrow = folder.resolve("narrow");
    convert(model, narrow, "--to", "hf", "--dtype", "bfloat16").ok();
    assertThat(narrow.resolve("config.json")).content().contains("\"bfloat16\"");
    Path out = folder.resolve("out");
    convert(narrow, out, "--to", "hf", "--dtype", "float32").ok();
    GoldenTensors is = new GoldenTensors(out.resolve("model.safetensors"));
    GoldenTensors was = new GoldenTensors(model.resolve("model.safetensors"));
    assertThat(is.names()).isEqualTo(was.names());
    for (String name : is.names()) {
      double[] values = was.doubles(name);
      double[] rounded = is.doubles(name);
      for (int i = 0; i < values.length; i++) {
        assertThat(rounded[i]).isCloseTo(values[i], within(Math.abs(values[i]) / 256));
      }
    }
    assertThat(is.doubles("model.norm.weight")).isNotEqualTo(was.doubles("model.norm.weight"));
  }

  @Test
  void theConfigurationMayBeElsewhere() throws IOException {
    Path there = folder.resolve("a/b/c/there");
    convert(model, there, "--to", "mindformers").ok();
    Files.delete(there.resolve("config.json"));
    Path out = folder.resolve("out");
    Cli.assertRefused(
        convert(there, out, "--to", "hf"), ExitCodes.CHECKPOINT, "--model-config DIR");
    convert(there, out, "--to", "hf", "--model-config", model.toString()).ok();
    assertThat(out.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
  }

  @Test
  void whatCannotBeAskedFor() {
    usage("--to onnx is not known; use hf, megatron, mindformers, loam", "--to", "onnx");
    usage("--from pt is not known", "--from", "pt", "--to", "hf");
    usage("--dtype int8 is not known", "--to", "hf", "--dtype", "int8");
    usage("--dtype float16 cannot be stored", "--to", "loam", "--dtype", "float16");
    usage("--tp and --pp are for --to megatron", "--to", "hf", "--tp", "2");
    usage("--tp and --pp are for --to megatron", "--to", "mindformers", "--pp", "1");
    usage("--tp must be between 1 and 4096, not 0", "--to", "megatron", "--tp", "0");
    usage("--tp 3 --pp 1: ", "--to", "megatron", "--tp", "3");
    usage("--tp 1 --pp 4096: ", "--to", "megatron", "--pp", "4096");
    usage("Missing required option: '--to=FORMAT'");
  }

  @Test
  void theOutputMustNotBeThere() throws IOException {
    Path out = Files.createDirectory(folder.resolve("out"));
    Path file = Files.writeString(out.resolve("mine"), "precious");
    Cli.assertRefused(
        convert(model, out, "--to", "loam"), ExitCodes.USAGE, "out: already exists and is not an");
    Cli.assertRefused(
        convert(model, file, "--to", "loam"), ExitCodes.USAGE, "mine: already exists");
    assertThat(file).hasContent("precious");
  }

  @Test
  void whatCannotBeConverted() throws IOException {
    Path out = folder.resolve("out");
    Cli.assertRefused(
        convert(folder.resolve("absent"), out, "--to", "hf"), ExitCodes.USAGE, "no such folder");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Cli.assertRefused(
        convert(empty, out, "--to", "hf"), ExitCodes.CHECKPOINT, "no weights are found");
    Cli.assertRefused(
        convert(model, out, "--from", "loam", "--to", "hf"),
        ExitCodes.CHECKPOINT,
        "holds weights in the format hf, not loam");
    Path torn = Files.createDirectory(folder.resolve("torn"));
    byte[] bytes = Files.readAllBytes(model.resolve("model.safetensors"));
    Files.write(torn.resolve("model.safetensors"), Arrays.copyOf(bytes, 1000));
    Files.copy(model.resolve("config.json"), torn.resolve("config.json"));
    Cli.assertRefused(convert(torn, out, "--to", "hf"), ExitCodes.CHECKPOINT, "model.safetensors");
    Files.writeString(torn.resolve("config.json"), "{");
    Cli.assertRefused(convert(torn, out, "--to", "hf"), ExitCodes.USAGE, "config.json");
    assertThat(out).doesNotExist();
  }

  private void usage(String message, String... options) {
    Path out = folder.resolve("out");
    Cli.assertRefused(convert(model, out, options), ExitCodes.USAGE, message);
    assertThat(out).doesNotExist();
  }

  private static Cli.Result convert(Path from, Path to, String... options) {
    List<Object> arguments = new ArrayList<>(List.of("convert", "--input", from, "--output", to));
    arguments.addAll(List.of(options));
    return Cli.run(arguments.toArray());
  }
}
