// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.parallel.Layout;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden case 02: one packed row under four combinations of positions and documents; gradients of
 * the first. Limits as in {@link GoldenModelTest}.
 */
class GoldenPackedTest {
  @ParameterizedTest
  @CsvSource({
    "torch, true, true, reset_pos.block_mask",
    "torch, true, false, reset_pos.causal_mask",
    "torch, false, true, plain_pos.block_mask",
    "torch, false, false, plain_pos.causal_mask",
    "reference, true, true, reset_pos.block_mask",
    "reference, false, false, plain_pos.causal_mask",
  })
  void packedRow(String engine, boolean resetPositions, boolean documents, String variant) {
    Path folder = TestData.golden("02-packed");
    GoldenTensors golden = new GoldenTensors(folder.resolve("golden.safetensors"));
    ModelInput input = input(golden, resetPositions, documents);
    Path weights = TestData.golden("01-model-a-tied").resolve("hf");
    try (GoldenModel model = new GoldenModel(engine, weights)) {
      compare(golden, engine, variant, model.run(input));
    }
  }

  /** One row cannot be divided among replicas; its 40 tokens can among tensor ranks. */
  @ParameterizedTest
  @CsvSource({
    "torch, 2, 1, false",
    "torch, 2, 1, true",
    "torch, 1, 2, false",
    "torch, 1, 4, false",
    "torch, 2, 2, true",
    "reference, 2, 2, true",
  })
  void spreadOverRanks(String engine, int tp, int pp, boolean sequenceParallel) {
    GoldenTensors golden =
        new GoldenTensors(TestData.golden("02-packed").resolve("golden.safetensors"));
    Layout layout = Layout.of(1, tp, pp).withSequenceParallel(sequenceParallel);
    SpreadModel model =
        GoldenModel.spread(engine, TestData.golden("01-model-a-tied").resolve("hf"), layout);
    ModelInput input = input(golden, true, true);
    GoldenModel.Result result = model.run(List.of(input.toMicroBatch(model.config())));
    compare(golden, engine, "reset_pos.block_mask", result);
  }

  private static void compare(
      GoldenTensors golden, String engine, String variant, GoldenModel.Result result) {
    double exact = engine.equals("reference") ? 1e-7 : 1;
    long[] all = new long[40];
    Arrays.fill(all, 1);
    assertThat(
            GoldenModel.relativeToLargest(
                result.logits(), golden.doubles("logits." + variant), all))
        .isLessThanOrEqualTo(Math.min(1e-5, exact));
    assertThat(result.loss()).isCloseTo(golden.doubles("loss." + variant)[0], within(5e-6));
    if (variant.equals("reset_pos.block_mask")) {
      result
          .gradients()
          .forEach(
              (name, gradient) ->
                  assertThat(GoldenModel.relativeDistance(gradient, golden.doubles("grad." + name)))
                      .as(name)
                      .isLessThanOrEqualTo(Math.min(3e-5, exact)));
    }
  }

  private static ModelInput input(GoldenTensors golden, boolean resetPositions, boolean documents) {
    return new ModelInput(
        GoldenModel.rows(golden, "input_ids"),
        Optional.of(unshifted(GoldenModel.rows(golden, "shifted_labels"))),
        Optional.empty(),
        resetPositions ? Optional.of(GoldenModel.rows(golden, "position_ids")) : Optional.empty(),
        documents ? Optional.of(GoldenModel.rows(golden, "document_ids")) : Optional.empty());
  }

  /** Labels as Hugging Face takes them: aligned with the ids, to be shifted by the model. */
  private static List<List<Long>> unshifted(List<List<Long>> shifted) {
    List<List<Long>> rows = new ArrayList<>();
    for (List<Long> row : shifted) {
      List<Long> aligned = new ArrayList<>(row);
      Collections.rotate(aligned, 1);
      aligned.set(0, -100L);
      rows.add(aligned);
    }
    return rows;
  }
}
