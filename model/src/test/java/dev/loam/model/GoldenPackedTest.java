// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
    double exact = engine.equals("reference") ? 1e-7 : 1;
    ModelInput input =
        new ModelInput(
            GoldenModel.rows(golden, "input_ids"),
            Optional.of(unshifted(GoldenModel.rows(golden, "shifted_labels"))),
            Optional.empty(),
            resetPositions
                ? Optional.of(GoldenModel.rows(golden, "position_ids"))
                : Optional.empty(),
            documents ? Optional.of(GoldenModel.rows(golden, "document_ids")) : Optional.empty());
    long[] all = new long[40];
    Arrays.fill(all, 1);
    try (GoldenModel model =
        new GoldenModel(engine, TestData.golden("01-model-a-tied").resolve("hf"))) {
      GoldenModel.Result result = model.run(input);
      assertThat(
              GoldenModel.relativeToLargest(
                  result.logits(), golden.doubles("logits." + variant), all))
          .isLessThanOrEqualTo(Math.min(1e-5, exact));
      assertThat(result.loss()).isCloseTo(golden.doubles("loss." + variant)[0], within(5e-6));
      if (resetPositions && documents) {
        result
            .gradients()
            .forEach(
                (name, gradient) ->
                    assertThat(
                            GoldenModel.relativeDistance(gradient, golden.doubles("grad." + name)))
                        .as(name)
                        .isLessThanOrEqualTo(Math.min(3e-5, exact)));
      }
    }
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
