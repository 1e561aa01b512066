// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code merge-lora} on golden adapters, and what it refuses. */
class MergeLoraCommandTest {
  private static Path model = Path.of("");
  private static Path adapter = Path.of("");
  @TempDir Path folder;

  @BeforeAll
  static void unpack() {
    model = TestData.golden("01-model-b-untied").resolve("hf");
    adapter = TestData.golden("04-lora-embed").resolve("adapter_final");
  }

  @Test
  void intoTheModelAndOut() {
    Path merged = folder.resolve("merged");
    String said = merge(model, adapter, merged).ok().messages();
    assertThat(said)
        .startsWith(
            "%s merged into %s: 7 tensors changed, written to %s\n"
                .formatted(adapter, model, merged))
        .containsPattern(
            "logits of 64 tokens, merged beside unmerged: relative error \\d\\.\\de-0[67] in float32, ");
    Path back = folder.resolve("back");
    said = merge(merged, adapter, back, "--unmerge").ok().messages();
    assertThat(said)
        .isEqualTo(
            "%s taken out of %s: 7 tensors changed, written to %s; all are what they were, to the bit\n"
                .formatted(adapter, merged, back));
    assertThat(back.resolve("model.safetensors"))
        .hasSameBinaryContentAs(model.resolve("model.safetensors"));
  }

  @Test
  void anotherType() {
    Path merged = folder.resolve("merged");
    String said =
        merge(model, adapter, merged, "--dtype", "bfloat16", "--no-check").ok().messages();
    assertThat(said)
        .contains("--unmerge will not bring its last bits back")
        .doesNotContain("relative error");
    said = merge(merged, adapter, folder.resolve("back"), "--unmerge").ok().messages();
    assertThat(said).contains("their last bits may differ");
  }

  @Test
  void whatIsRefused() throws IOException {
    Path out = folder.resolve("out");
    refused(ExitCodes.USAGE, "no such folder: absent", Path.of("absent"), adapter);
    refused(ExitCodes.CHECKPOINT, "has no adapter_config.json", model, folder);
    refused(ExitCodes.CHECKPOINT, "absent: no such folder", model, Path.of("absent"));
    refused(ExitCodes.USAGE, "--dtype int8 is not known", model, adapter, "--dtype", "int8");
    refused(
        ExitCodes.USAGE,
        "--dtype and --keep-tied do not go with --unmerge",
        model,
        adapter,
        "--unmerge",
        "--keep-tied");
    Path other = TestData.golden("04-lora-b0").resolve("adapter_final");
    refused(ExitCodes.CHECKPOINT, "check that the adapter was trained for this", model, other);
    Files.createDirectory(out);
    Path file = Files.writeString(out.resolve("mine"), "precious");
    Cli.assertRefused(merge(model, adapter, out), ExitCodes.USAGE, "out: already exists");
    assertThat(file).hasContent("precious");
  }

  private void refused(int code, String message, Path base, Path from, String... options) {
    Path out = folder.resolve("out");
    Cli.assertRefused(merge(base, from, out, options), code, message);
    assertThat(out).doesNotExist();
  }

  private static Cli.Result merge(Path base, Path from, Path to, String... options) {
    List<Object> arguments =
        new ArrayList<>(List.of("merge-lora", "--model", base, "--adapter", from, "--output", to));
    arguments.addAll(List.of(options));
    return Cli.run(arguments.toArray());
  }
}
