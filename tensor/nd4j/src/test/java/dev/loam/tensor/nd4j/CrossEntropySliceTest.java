// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Bench.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class CrossEntropySliceTest {
  private static final double LIMIT = 1e-12;

  /** What the rank that has some columns of the vocabulary holds. */
  private record Part(
      Tensor columns, Tensor logits, Tensor targets, Tensor lse, Tensor targetLogit) {}

  @Property
  void slicesGiveTheLossAndTheGradientOfTheWhole(
      @ForAll @IntRange(max = 4) int rows,
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4) Integer> widths,
      @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      int vocabulary = widths.stream().mapToInt(n -> n).sum();
      Tensor logits = bench.randomContiguous(rows, vocabulary);
      Tensor targets = bench.randomIds(rows, vocabulary);
      check(bench, logits, targets, widths);

      Tensor gradient = bench.output(rows, vocabulary);
      assertThat(lossAndGradient(bench, logits, targets, widths, gradient)).isNotNaN();
      Tensor unused = bench.output(rows, vocabulary);
      bench.assertGradient(
          logits, gradient, () -> lossAndGradient(bench, logits, targets, widths, unused));
    }
  }

  @Example
  void largeLogitsDoNotOverflow(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      double[] values = {1e4, -1e4, 1e4, -1e4, -1e4, -1e4, -1e4, 1e4, 50, -50, 0, 1e4};
      Tensor targets = bench.ids(0, 1, 2);
      for (List<Integer> widths : List.of(List.of(1, 1, 1, 1), List.of(2, 2), List.of(3, 1))) {
        check(bench, bench.randomContiguous(3, 4).set(values), targets, widths);
      }
    }
  }

  private static void check(Bench bench, Tensor logits, Tensor targets, List<Integer> widths) {
    Tensor gradient = bench.output(logits.shape().toArray());
    double loss = lossAndGradient(bench, logits, targets, widths, gradient);
    Tensor whole = bench.randomContiguous(logits.shape().toArray()).set(logits.toDoubles());
    Tensor sum = bench.sum();
    bench.run(k -> k.crossEntropy(whole, targets, sum));
    double expected = sum.toDoubles()[0];
    assertThat(Math.abs(loss - expected)).isLessThanOrEqualTo(LIMIT * (1 + Math.abs(expected)));
    double[] actual = gradient.toDoubles();
    double[] wanted = whole.toDoubles();
    for (int i = 0; i < wanted.length; i++) {
      assertThat(Math.abs(actual[i] - wanted[i])).isLessThanOrEqualTo(LIMIT);
    }
  }

  /** What ranks with a slice each come to together. */
  private static double lossAndGradient(
      Bench bench, Tensor logits, Tensor targets, List<Integer> widths, Tensor gradient) {
    int rows = (int) logits.size(0);
    double[] lseOfAll = new double[rows];
    Arrays.fill(lseOfAll, Double.NEGATIVE_INFINITY);
    double loss = 0;
    List<Part> parts = new ArrayList<>();
    long start = 0;
    for (int width : widths) {
      Part part = part(bench, logits, targets, start, width, gradient);
      bench.run(k -> k.crossEntropySlice(part.logits, part.targets, part.lse, part.targetLogit));
      double[] lse = part.lse.toDoubles();
      Arrays.setAll(lseOfAll, row -> logOfSum(lseOfAll[row], lse[row]));
      loss -= Arrays.stream(part.targetLogit.toDoubles()).sum();
      parts.add(part);
      start += width;
    }
    for (Part part : parts) {
      double[] factor = part.lse.toDoubles();
      Arrays.setAll(factor, row -> Math.exp(factor[row] - lseOfAll[row]));
      bench.run(
          k -> {
            k.crossEntropySliceGradient(part.logits, part.targets, bench.contiguous(factor));
            k.copy(part.logits, part.columns);
          });
    }
    return loss + Arrays.stream(lseOfAll).sum();
  }

  private static Part part(
      Bench bench, Tensor logits, Tensor targets, long start, int width, Tensor gradient) {
    int rows = (int) logits.size(0);
    double[] labels = targets.toDoubles();
    long[] local = new long[rows];
    for (int row = 0; row < rows; row++) {
      long label = (long) labels[row] - start;
      local[row] = label >= 0 && label < width ? label : -1;
    }
    return new Part(
        gradient.narrow(1, start, width),
        bench.contiguous(logits.narrow(1, start, width).toDoubles()).view(rows, width),
        bench.ids(local),
        bench.output(rows),
        bench.output(rows));
  }

  private static double logOfSum(double a, double b) {
    double max = Math.max(a, b);
    return max + Math.log(Math.exp(a - max) + Math.exp(b - max));
  }

  @Example
  void aRowWhoseLabelIsElsewhereGetsTheSoftmaxAlone(@ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      Tensor logits = bench.randomContiguous(1, 2).set(0, Math.log(3));
      Tensor targets = bench.ids(-1);
      Tensor lse = bench.output(1);
      Tensor targetLogit = bench.output(1);
      bench.run(k -> k.crossEntropySlice(logits, targets, lse, targetLogit));
      assertClose(lse, Math.log(4));
      assertThat(targetLogit.toDoubles()).containsExactly(0);
      assertClose(logits, 0.25, 0.75);
      bench.run(k -> k.crossEntropySliceGradient(logits, targets, bench.contiguous(0.5)));
      assertClose(logits, 0.125, 0.375);
    }
  }

  @Property
  void targetsMustBeColumnsOrElsewhere(@ForAll long target, @ForAll Random random) {
    try (Bench bench = new Bench(random)) {
      long wrong = target >= -1 && target < 3 ? -2 : target;
      Tensor logits = bench.randomContiguous(2, 3);
      Tensor targets = bench.ids(-1, wrong);
      Tensor doubles = bench.output(2);
      assertThatThrownBy(
              () -> bench.run(k -> k.crossEntropySlice(logits, targets, doubles, bench.output(2))))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("crossEntropySlice: targets[1] is ")
          .hasMessageEndingWith(", not in [-1, 3)");
      assertThatThrownBy(
              () -> bench.run(k -> k.crossEntropySliceGradient(logits, targets, doubles)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("crossEntropySliceGradient: targets[1] is ");
    }
  }
}
