// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;

import dev.loam.tensor.torch.Twin.Pair;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class LinearTest {
  /** Measured over 500 tries: 5.3e-7. */
  private static final double LIMIT = 2e-6;

  /** Measured over 500 tries: 4.4e-6, where up to 700 terms cancel. */
  private static final double SINGLE_ROW = 1e-5;

  @Property
  void forward(
      @ForAll @IntRange(max = 70) int tokens,
      @ForAll @IntRange(max = 70) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(tokens, in);
      Pair weight = twin.random(out, in);
      Pair residual = twin.random(tokens, out);
      Pair y = twin.output(tokens, out);
      checkForward(twin, x, weight, residual, y, LIMIT);
    }
  }

  @Property
  void addsToColumnsOfALargerMatrix(
      @ForAll @IntRange(max = 70) int tokens,
      @ForAll @IntRange(max = 70) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.random(tokens, in);
      Pair weight = twin.random(out, in);
      Pair y = twin.output(true, tokens, out + 7);
      Pair dx = twin.output(true, tokens, in + 7);
      Pair dy = twin.random(tokens, out);
      twin.run(
          (k, on) -> {
            k.addLinear(on.of(x), on.of(weight), 0.75, on.of(y).narrow(1, 3, out));
            k.addLinearInputGradient(on.of(dy), on.of(weight), 0.75, on.of(dx).narrow(1, 3, in));
          });
      assertClose(y, LIMIT);
      assertClose(dx, LIMIT);
    }
  }

  @Property
  void inputGradient(
      @ForAll @IntRange(max = 70) int tokens,
      @ForAll @IntRange(max = 70) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      double scale = random.nextBoolean() ? 1 : random.nextFloat();
      Pair dy = twin.random(tokens, out);
      Pair weight = twin.random(out, in);
      Pair dx = twin.output(tokens, in);
      twin.run((k, on) -> k.linearInputGradient(on.of(dy), on.of(weight), scale, on.of(dx)));
      assertClose(dx, LIMIT);
    }
  }

  @Property
  void weightGradient(
      @ForAll @IntRange(max = 70) int tokens,
      @ForAll @IntRange(max = 70) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      double scale = random.nextBoolean() ? 1 : random.nextFloat();
      Pair dy = twin.random(tokens, out);
      Pair x = twin.random(tokens, in);
      Pair dWeight = twin.output(accumulate, out, in);
      twin.run(
          (k, on) ->
              k.linearWeightGradient(on.of(dy), on.of(x), scale, on.of(dWeight), accumulate));
      assertClose(dWeight, LIMIT);
    }
  }

  /** Matrices without gaps, as a model has them, which go another way than slices. */
  @Property
  void withoutGaps(
      @ForAll @IntRange(max = 70) int tokens,
      @ForAll @IntRange(max = 70) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll boolean accumulate,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      double scale = random.nextBoolean() ? 1 : random.nextFloat();
      Pair x = twin.contiguous(tokens, in);
      Pair weight = twin.contiguous(out, in);
      Pair residual = twin.contiguous(tokens, out);
      Pair y = twin.output((long) tokens * out).view(tokens, out);
      checkForward(twin, x, weight, residual, y, LIMIT);
      Pair added = twin.output(true, (long) tokens * out).view(tokens, out);
      twin.run((k, on) -> k.addLinear(on.of(x), on.of(weight), scale, on.of(added)));
      assertClose(added, LIMIT);
      Pair dx = twin.output((long) tokens * in).view(tokens, in);
      twin.run((k, on) -> k.linearInputGradient(on.of(residual), on.of(weight), scale, on.of(dx)));
      assertClose(dx, LIMIT);
      Pair dWeight = twin.output(accumulate, (long) out * in).view(out, in);
      twin.run(
          (k, on) ->
              k.linearWeightGradient(on.of(residual), on.of(x), scale, on.of(dWeight), accumulate));
      assertClose(dWeight, LIMIT);
    }
  }

  /** One token, as when decoding, by matrices as wide as those of models. */
  @Property
  void ofASingleRow(
      @ForAll @IntRange(min = 200, max = 700) int in,
      @ForAll @IntRange(max = 70) int out,
      @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair x = twin.contiguous(1, in);
      Pair weight = twin.contiguous(out, in);
      Pair residual = twin.contiguous(1, out);
      Pair y = twin.output(1, out);
      checkForward(twin, x, weight, residual, y, SINGLE_ROW);
    }
  }

  private static void checkForward(
      Twin twin, Pair x, Pair weight, Pair residual, Pair y, double limit) {
    twin.run((k, on) -> k.linear(on.of(x), on.of(weight), on.of(y)));
    assertClose(y, limit);
    twin.run((k, on) -> k.linearResidual(on.of(x), on.of(weight), on.of(residual), on.of(y)));
    assertClose(y, limit);
  }
}
