// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.torch.Twin.Pair;
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
  /** Measured over 1000 tries: 4.7e-8. */
  private static final double LSE = 2e-7;

  /** Measured over 1000 tries: 7.8e-8. */
  private static final double SOFTMAX = 4e-7;

  /** Measured over 1000 tries: 3.6e-8. */
  private static final double LOSS = 2e-7;

  /** Measured over 1000 tries: 6.6e-8. */
  private static final double GRADIENT = 4e-7;

  /** What the rank that has some columns of the vocabulary holds. */
  private record Part(long start, Pair logits, Pair targets, Pair lse, Pair targetLogit) {
    private int width() {
      return (int) logits.shape().size(1);
    }
  }

  @Property
  void slicesGiveTheLossAndTheGradientOfTheWhole(
      @ForAll @IntRange(max = 20) int rows,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 200) Integer> widths,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      int vocabulary = widths.stream().mapToInt(n -> n).sum();
      Pair logits = twin.contiguous(rows, vocabulary);
      check(twin, logits, twin.randomIds(rows, vocabulary), widths);
    }
  }

  @Example
  void largeLogitsDoNotOverflow(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      double[] values = {1e4, -1e4, 1e4, -1e4, -1e4, -1e4, -1e4, 1e4, 50, -50, 0, 1e4};
      Pair targets = twin.ids(0, 1, 2);
      for (List<Integer> widths : List.of(List.of(1, 1, 1, 1), List.of(2, 2), List.of(3, 1))) {
        check(twin, twin.contiguous(3, 4).set(values), targets, widths);
      }
    }
  }

  @Example
  void agreesOnAWholeVocabulary(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      check(twin, twin.contiguous(5, 20000), twin.randomIds(5, 20000), List.of(12000, 8000));
    }
  }

  private static void check(Twin twin, Pair whole, Pair targets, List<Integer> widths) {
    List<Part> parts = new ArrayList<>();
    double[] lseOfAll = new double[(int) whole.shape().size(0)];
    Arrays.fill(lseOfAll, Double.NEGATIVE_INFINITY);
    double loss = 0;
    long start = 0;
    for (int width : widths) {
      Part part = part(twin, whole, targets, start, width);
      forward(twin, part);
      double[] lse = part.lse.torch().toDoubles();
      Arrays.setAll(lseOfAll, row -> logOfSum(lseOfAll[row], lse[row]));
      loss -= Arrays.stream(part.targetLogit.torch().toDoubles()).sum();
      parts.add(part);
      start += width;
    }
    Pair expected = twin.doubles(0);
    twin.run((k, on) -> k.crossEntropy(on.of(whole), on.of(targets), on.of(expected)));
    expected.torch().set(loss + Arrays.stream(lseOfAll).sum());
    assertClose(expected, LOSS);
    for (Part part : parts) {
      double[] factor = part.lse.torch().toDoubles();
      Arrays.setAll(factor, row -> Math.exp(factor[row] - lseOfAll[row]));
      Pair factors = twin.doubles(factor);
      twin.run(
          (k, on) ->
              k.crossEntropySliceGradient(on.of(part.logits), on.of(part.targets), on.of(factors)));
      assertClose(part.logits, GRADIENT);
      Pair wanted = whole.narrow(1, part.start, part.width());
      wanted.torch().set(part.logits.torch().toDoubles());
      assertClose(wanted, GRADIENT);
    }
  }

  private static Part part(Twin twin, Pair whole, Pair targets, long start, int width) {
    int rows = (int) whole.shape().size(0);
    double[] labels = targets.torch().toDoubles();
    long[] local = new long[rows];
    for (int row = 0; row < rows; row++) {
      long label = (long) labels[row] - start;
      local[row] = label >= 0 && label < width ? label : -1;
    }
    double[] unset = new double[rows];
    Arrays.fill(unset, Double.NaN);
    Pair logits = twin.contiguous(rows, width);
    logits.set(whole.narrow(1, start, width).torch().toDoubles());
    return new Part(start, logits, twin.ids(local), twin.doubles(unset), twin.doubles(unset));
  }

  private static void forward(Twin twin, Part part) {
    twin.run(
        (k, on) ->
            k.crossEntropySlice(
                on.of(part.logits), on.of(part.targets), on.of(part.lse), on.of(part.targetLogit)));
    assertClose(part.lse, LSE);
    assertClose(part.targetLogit, 0);
    assertClose(part.logits, SOFTMAX);
  }

  private static double logOfSum(double a, double b) {
    double max = Math.max(a, b);
    return max + Math.log(Math.exp(a - max) + Math.exp(b - max));
  }

  @Example
  void notANumberIsNotHidden(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair logits = twin.contiguous(2, 3).set(1, 2, 3, 1, Double.NaN, 3);
      Part part = new Part(0, logits, twin.ids(-1, -1), twin.doubles(0, 0), twin.doubles(1, 1));
      twin.run(
          (k, on) ->
              k.crossEntropySlice(
                  on.of(logits), on.of(part.targets), on.of(part.lse), on.of(part.targetLogit)));
      assertThat(part.lse.torch().toDoubles()[0]).isFinite();
      assertThat(part.lse.torch().toDoubles()[1]).isNaN();
      assertThat(part.targetLogit.torch().toDoubles()).containsExactly(0, 0);
      assertThat(logits.torch().rows(1, 1).toDoubles()).containsOnly(Double.NaN);
      assertThat(logits.torch().rows(0, 1).toDoubles()).doesNotContain(Double.NaN);
    }
  }

  @Property
  void targetsOutOfTheSliceAreRefused(@ForAll long target, @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair logits = twin.contiguous(2, 3);
      double[] before = logits.torch().toDoubles();
      Pair targets = twin.ids(0, target >= -1 && target < 3 ? -2 : target);
      Pair doubles = twin.doubles(7, 7);
      Pair more = twin.doubles(7, 7);
      assertThatThrownBy(
              () ->
                  twin.run(
                      (k, on) ->
                          k.crossEntropySlice(
                              on.of(logits), on.of(targets), on.of(doubles), on.of(more))))
          .isInstanceOf(RuntimeException.class);
      assertThatThrownBy(
              () ->
                  twin.run(
                      (k, on) ->
                          k.crossEntropySliceGradient(
                              on.of(logits), on.of(targets), on.of(doubles))))
          .isInstanceOf(RuntimeException.class);
      assertThat(logits.torch().toDoubles()).isEqualTo(before);
      assertThat(doubles.torch().toDoubles()).containsExactly(7, 7);
      assertThat(more.torch().toDoubles()).containsExactly(7, 7);
    }
  }
}
