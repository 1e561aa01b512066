// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Tensor;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class CrossEntropyTest {
  @Property
  void addsTheLossAndLeavesItsGradient(
      @ForAll @IntRange(max = 4) int rows,
      @ForAll @IntRange(min = 1, max = 6) int vocabulary,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor logits = bench.random(rows, vocabulary);
      Tensor targets = bench.randomIds(rows, vocabulary);
      Tensor gradient = bench.randomContiguous(rows, vocabulary).set(logits.toDoubles());
      Tensor sum = bench.sum().set(100.0);
      bench.run(k -> k.crossEntropy(gradient, targets, sum));

      double expected = 100;
      for (int row = 0; row < rows; row++) {
        double[] x = logits.rows(row, 1).toDoubles();
        double denominator = 0;
        for (double logit : x) {
          denominator += Math.exp(logit);
        }
        expected -= Math.log(Math.exp(x[(int) targets.toDoubles()[row]]) / denominator);
      }
      assertClose(sum, expected);
      Tensor work = bench.randomContiguous(rows, vocabulary);
      bench.assertGradient(
          logits,
          gradient,
          () -> {
            sum.set(0.0);
            bench.run(
                k -> {
                  k.copy(logits, work);
                  k.crossEntropy(work, targets, sum);
                });
            return sum.toDoubles()[0];
          });
    }
  }

  @Example
  void largeLogitsDoNotOverflow(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor logits = bench.randomContiguous(2, 3).set(1e4, -1e4, 1e4, -1e4, -1e4, 1e4);
      Tensor sum = bench.sum();
      bench.run(k -> k.crossEntropy(logits, bench.ids(0, 1), sum));
      assertClose(sum, Math.log(2) + 2e4);
      assertClose(logits, -0.5, 0, 0.5, 0, -1, 1);
    }
  }

  @Example
  void notANumberIsNotHidden(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor logits = bench.randomContiguous(2, 3).set(1, 2, 3, 1, Double.NaN, 3);
      Tensor sum = bench.sum();
      bench.run(k -> k.crossEntropy(logits, bench.ids(0, 0), sum));
      assertThat(sum.toDoubles()).containsExactly(Double.NaN);
      assertThat(logits.rows(1, 1).toDoubles()).containsOnly(Double.NaN);
      assertThat(logits.rows(0, 1).toDoubles()).doesNotContain(Double.NaN);
    }
  }

  @Example
  void targetsMustBeInTheVocabulary(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor logits = bench.randomContiguous(1, 3);
      assertThatThrownBy(() -> bench.run(k -> k.crossEntropy(logits, bench.ids(-100), bench.sum())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("crossEntropy: targets[0] is -100, not in [0, 3)");
    }
  }
}
