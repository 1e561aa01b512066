// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must not make a difference makes none, to the last bit. */
class IsolationTest {
  @ParameterizedTest
  @CsvSource({"torch, 1", "torch, 2", "torch, 3", "torch, 4", "reference, 5"})
  void theSameRunTwiceIsBitIdentical(String engine, long seed) {
    TinyCase tiny = TinyCase.of(seed);
    try (ComputeLease lease = Engine.named(engine).lease(1);
        Qwen3Model model = tiny.model(lease);
        Qwen3Model again = tiny.model(lease)) {
      Passes.Result first = new Passes(model).train(tiny.batches());
      same(new Passes(model).train(tiny.batches()), first);
      same(new Passes(again).train(tiny.batches()), first);
    }
  }

  @ParameterizedTest
  @CsvSource({"torch, 1", "torch, 2", "torch, 3", "reference, 4"})
  void activationsForInferenceGiveTheSameStates(String engine, long seed) {
    TinyCase tiny = TinyCase.of(seed);
    try (ComputeLease lease = Engine.named(engine).lease(1);
        Qwen3Model model = tiny.model(lease)) {
      Passes passes = new Passes(model);
      for (MicroBatch batch : tiny.batches()) {
        assertThat(passes.inferredHidden(batch))
            .isEqualTo(passes.hidden(batch))
            .doesNotContain(Double.NaN);
      }
    }
  }

  /** Documents of 5, 6 and 3 tokens; another one in the middle. */
  @ParameterizedTest
  @CsvSource({"torch, 1", "torch, 2", "torch, 3", "reference, 4"})
  void aChangedDocumentLeavesTheOthersAsTheyWere(String engine, long seed) {
    TinyCase tiny = TinyCase.of(seed);
    long[] ids = {1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 1, 3, 3, 1};
    long[] labels = new long[14];
    Arrays.fill(labels, LossHead.IGNORED);
    long[] positions = {0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 0, 1, 2};
    CuSeqlens documents = CuSeqlens.of(0, 5, 11, 14);
    try (ComputeLease lease = Engine.named(engine).lease(1);
        Qwen3Model model = tiny.model(lease)) {
      Passes passes = new Passes(model);
      double[] before = passes.hidden(new MicroBatch(ids, labels, positions, documents));
      ids[5] = 4;
      ids[8] = 0;
      double[] after = passes.hidden(new MicroBatch(ids, labels, positions, documents));
      int width = tiny.config().hiddenSize();
      assertThat(rows(after, 0, 5, width)).isEqualTo(rows(before, 0, 5, width));
      assertThat(rows(after, 11, 14, width)).isEqualTo(rows(before, 11, 14, width));
      assertThat(rows(after, 5, 11, width)).isNotEqualTo(rows(before, 5, 11, width));
      ids[13] = 0; // the last token: nothing before it may change
      double[] later = passes.hidden(new MicroBatch(ids, labels, positions, documents));
      assertThat(rows(later, 0, 13, width)).isEqualTo(rows(after, 0, 13, width));
      assertThat(rows(later, 13, 14, width)).isNotEqualTo(rows(after, 13, 14, width));
    }
  }

  /** First and last among the micro batches: overwriting and adding nothing. */
  @ParameterizedTest
  @CsvSource({"torch, 1", "torch, 2", "torch, 3", "reference, 4"})
  void aMicroBatchWithoutLabelsContributesNothing(String engine, long seed) {
    TinyCase tiny = TinyCase.of(seed);
    MicroBatch trained = tiny.batches().get(0);
    long[] ignored = new long[trained.tokens()];
    Arrays.fill(ignored, LossHead.IGNORED);
    MicroBatch empty =
        new MicroBatch(trained.inputIds(), ignored, trained.positions(), trained.cuSeqlens());
    try (ComputeLease lease = Engine.named(engine).lease(1);
        Qwen3Model model = tiny.model(lease)) {
      Passes passes = new Passes(model);
      Passes.Result alone = passes.train(List.of(trained));
      same(passes.train(List.of(empty, trained)), alone);
      same(passes.train(List.of(trained, empty)), alone);
    }
  }

  private static double[] rows(double[] values, int from, int to, int width) {
    return Arrays.copyOfRange(values, from * width, to * width);
  }

  private static void same(Passes.Result actual, Passes.Result expected) {
    assertThat(actual.loss()).isEqualTo(expected.loss()).isNotNaN();
    expected
        .gradients()
        .forEach(
            (name, gradient) ->
                assertThat(actual.gradient(name))
                    .as(name)
                    .usingElementComparator((a, b) -> a.doubleValue() == b ? 0 : 1)
                    .containsExactly(gradient));
  }
}
