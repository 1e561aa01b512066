// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.testkit.TestData;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Forward and backward of random small models: the reference engine against differences of the
 * loss, the torch engine against the reference engine, and what must not change the result.
 */
class LayerPropertyTest {
  /** Accumulating in another order: measured up to 6e-15, see {@link Passes#distance}. */
  private static final double EXACT = 1e-12;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, TestData.full() ? 200 : 5);
  }

  static LongStream fewSeeds() {
    return TestData.full() ? LongStream.rangeClosed(1, 20) : LongStream.of(1, 5);
  }

  /** Central differences of fourth order, along a random direction in every parameter. */
  @ParameterizedTest
  @MethodSource("fewSeeds")
  void referenceGradientsAreTheSlopeOfTheLoss(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    List<MicroBatch> batch = tiny.batches().subList(0, 1);
    SplittableRandom random = new SplittableRandom(seed);
    try (ComputeLease lease = Engine.named("reference").lease(1);
        Qwen3Model model = tiny.model(lease)) {
      Passes passes = new Passes(model);
      Passes.Result result = passes.train(batch);
      assertThat(result.loss()).isEqualTo(passes.loss(batch));
      for (Parameter parameter : model.parameters().values()) {
        double[] gradient = result.gradient(parameter.name());
        double[] direction = random.doubles(gradient.length, -1, 1).toArray();
        double expected = 0;
        for (int i = 0; i < gradient.length; i++) {
          expected += gradient[i] * direction[i];
        }
        double scale = Math.max(1e-3, Passes.length(gradient) * Passes.length(direction));
        assertThat(slope(passes, batch, parameter.value(), direction))
            .as(tiny.config() + " " + parameter.name())
            .isCloseTo(expected, within(1e-7 * scale));
      }
    }
  }

  private static double slope(
      Passes passes, List<MicroBatch> batch, Tensor weights, double[] direction) {
    double[] values = weights.toDoubles();
    double h = 2e-5;
    double[] losses = new double[4];
    double[] steps = {-2 * h, -h, h, 2 * h};
    for (int i = 0; i < 4; i++) {
      double[] moved = values.clone();
      for (int j = 0; j < moved.length; j++) {
        moved[j] += steps[i] * direction[j];
      }
      weights.set(moved);
      losses[i] = passes.loss(batch);
    }
    weights.set(values);
    return (8 * (losses[2] - losses[1]) - (losses[3] - losses[0])) / (12 * h);
  }

  /** Measured over 200 models: loss up to 3e-7, gradients up to 3e-5. */
  @ParameterizedTest
  @MethodSource("seeds")
  void torchComputesWhatTheReferenceDoes(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    Passes.Result truth = train(tiny, "reference", tiny.batches());
    Passes.Result actual = train(tiny, "torch", tiny.batches());
    assertThat(actual.loss()).isCloseTo(truth.loss(), within(2e-6 * truth.loss()));
    assertThat(Passes.distance(actual, truth)).as(tiny.toString()).isLessThan(1e-4);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void accumulatedMicroBatchesAreOneBatch(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    Passes.Result parts = train(tiny, "reference", tiny.batches());
    Passes.Result whole = train(tiny, "reference", List.of(tiny.concatenated()));
    assertThat(parts.loss()).isCloseTo(whole.loss(), within(EXACT));
    assertThat(Passes.distance(parts, whole)).isLessThan(EXACT);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void packedDocumentsAreSeparateRuns(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    Passes.Result packed = train(tiny, "reference", tiny.batches());
    Passes.Result separate = train(tiny, "reference", tiny.documents());
    assertThat(packed.loss()).isCloseTo(separate.loss(), within(EXACT));
    assertThat(Passes.distance(packed, separate)).isLessThan(EXACT);
  }

  private static Passes.Result train(TinyCase tiny, String engine, List<MicroBatch> batches) {
    try (ComputeLease lease = Engine.named(engine).lease(1);
        Qwen3Model model = tiny.model(lease)) {
      return new Passes(model).train(batches);
    }
  }
}
