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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code logits} on the golden cases 01, with their limits: logits 1e-5 of the largest, loss 5e-6,
 * each gradient 3e-5 by length.
 */
class LogitsCommandTest {
  private static final double LOGITS = 1e-5;
  private static final double LOSS = 5e-6;
  private static final double GRADIENT = 3e-5;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "01-model-a-tied, plain.",
    "01-model-a-tied, rpad.",
    "01-model-b-untied, plain.",
  })
  void goldenLogitsLossAndGradients(String name, String variant) throws IOException {
    Path golden = TestData.golden(name);
    GoldenTensors truth = new GoldenTensors(golden.resolve("golden.safetensors"));
    Path input = inputs(truth, variant, "input_ids", "labels", "attention_mask", "position_ids");
    Path output = folder.resolve("out.safetensors");
    Cli.run(
            "logits",
            "--model",
            golden.resolve("hf"),
            "--input-ids",
            input,
            "--output",
            output,
            "--gradients",
            "--threads",
            2)
        .ok();
    GoldenTensors actual = new GoldenTensors(output);
    int[] ids = truth.shape(variant + "input_ids");
    assertThat(actual.shape("logits")).containsExactly(ids[0], ids[1], vocabulary(truth, variant));
    assertThat(largestError(actual, truth, variant)).isLessThanOrEqualTo(LOGITS);
    assertThat(actual.doubles("loss")[0])
        .isCloseTo(truth.doubles(variant + "loss")[0], within(LOSS));
    Set<String> gradients = withPrefix(truth, variant + "grad.");
    assertThat(withPrefix(actual, "grad.")).isEqualTo(gradients).isNotEmpty();
    for (String parameter : gradients) {
      double[] expected = truth.doubles(variant + "grad." + parameter);
      assertThat(actual.shape("grad." + parameter))
          .isEqualTo(truth.shape(variant + "grad." + parameter));
      assertThat(distance(actual.doubles("grad." + parameter), expected))
          .as(parameter)
          .isLessThanOrEqualTo(GRADIENT);
    }
  }

  @Test
  void withoutLabelsThereAreLogitsAlone() throws IOException {
    Path golden = TestData.golden("01-model-a-tied");
    GoldenTensors truth = new GoldenTensors(golden.resolve("golden.safetensors"));
    Path output = folder.resolve("out.safetensors");
    Path input = inputs(truth, "plain.", "input_ids");
    Cli.run("logits", "--model", golden.resolve("hf"), "--input-ids", input, "--output", output)
        .ok();
    GoldenTensors actual = new GoldenTensors(output);
    assertThat(actual.names()).containsExactly("logits");
    assertThat(largestError(actual, truth, "plain.")).isLessThanOrEqualTo(LOGITS);
  }

  @Test
  void labelsMayStandInAFileOfTheirOwn() throws IOException {
    Path golden = TestData.golden("01-model-a-tied");
    GoldenTensors truth = new GoldenTensors(golden.resolve("golden.safetensors"));
    Path ids = inputs(truth, "plain.", "input_ids");
    Path labels = inputs(truth, "plain.", "labels");
    Path output = folder.resolve("out.safetensors");
    Cli.run(
            "logits",
            "--model",
            golden.resolve("hf"),
            "--input-ids",
            ids,
            "--labels",
            labels,
            "--output",
            output)
        .ok();
    GoldenTensors actual = new GoldenTensors(output);
    assertThat(actual.names()).containsExactly("logits", "loss");
    assertThat(actual.doubles("loss")[0]).isCloseTo(truth.doubles("plain.loss")[0], within(LOSS));
  }

  @Test
  void gradientsNeedLabels() throws IOException {
    Path input = Files.writeString(folder.resolve("in.json"), "{\"input_ids\": [[1, 2]]}");
    Path output = folder.resolve("out.safetensors");
    Cli.assertRefused(
        Cli.run(
            "logits", "--model", folder, "--input-ids", input, "--output", output, "--gradients"),
        ExitCodes.USAGE,
        "--gradients needs labels");
    assertThat(output).doesNotExist();
  }

  private Path inputs(GoldenTensors truth, String variant, String... names) throws IOException {
    Map<String, Object> json = new LinkedHashMap<>();
    for (String name : names) {
      if (truth.names().contains(variant + name)) {
        json.put(name, rows(truth, variant + name));
      }
    }
    return Files.writeString(folder.resolve(names[0] + ".json"), JsonText.write(json));
  }

  private static List<List<Long>> rows(GoldenTensors tensors, String name) {
    int length = tensors.shape(name)[1];
    long[] values = tensors.longs(name);
    List<List<Long>> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      if (i % length == 0) {
        rows.add(new ArrayList<>());
      }
      rows.get(i / length).add(values[i]);
    }
    return rows;
  }

  private static Set<String> withPrefix(GoldenTensors tensors, String prefix) {
    return tensors.names().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of the logits at tokens that are not padding, divided by the largest of them. */
  private static double largestError(GoldenTensors actual, GoldenTensors truth, String variant) {
    double[] is = actual.doubles("logits");
    double[] should = truth.doubles(variant + "logits");
    boolean padded = truth.names().contains(variant + "attention_mask");
    long[] mask = padded ? truth.longs(variant + "attention_mask") : new long[0];
    double error = 0;
    double largest = 0;
    for (int i = 0; i < should.length; i++) {
      if (!padded || mask[i / vocabulary(truth, variant)] != 0) {
        error = Math.max(error, Math.abs(is[i] - should[i]));
        largest = Math.max(largest, Math.abs(should[i]));
      }
    }
    return error / largest;
  }

  private static int vocabulary(GoldenTensors truth, String variant) {
    return truth.shape(variant + "logits")[2];
  }

  private static double distance(double[] is, double[] should) {
    double distance = 0;
    double length = 0;
    for (int i = 0; i < should.length; i++) {
      distance += (is[i] - should[i]) * (is[i] - should[i]);
      length += should[i] * should[i];
    }
    return Math.sqrt(distance / length);
  }
}
