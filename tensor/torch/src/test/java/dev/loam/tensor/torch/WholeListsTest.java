// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static dev.loam.tensor.torch.Twin.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.AdamW;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.torch.Twin.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Kernels over lists of tensors. */
final class WholeListsTest {
  /** Measured over 1000 tries: 2.7e-7 for parameters, 6.8e-8 for moments. */
  private static final double ADAM_W = 1e-6;

  /** Measured over 1000 tries: 2.8e-7. */
  private static final double SQUARES = 1.2e-6;

  @Property
  void adamWAgreesOverSeveralSteps(
      @ForAll @Size(max = 4) List<@IntRange(max = 300) Integer> sizes, @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      List<Pair> parameters = vectors(twin, sizes);
      List<Pair> first = zeros(vectors(twin, sizes));
      List<Pair> second = zeros(vectors(twin, sizes));
      for (int step = 1; step <= 3; step++) {
        List<Pair> gradients = vectors(twin, sizes);
        double clip = random.nextBoolean() ? 1 : random.nextFloat();
        AdamW update = new AdamW(1e-2, 0.9, 0.95, 1e-8, 0.1, step, clip);
        twin.run(
            (k, on) ->
                k.adamW(on.of(parameters), on.of(gradients), on.of(first), on.of(second), update));
        for (int i = 0; i < sizes.size(); i++) {
          assertClose(parameters.get(i), ADAM_W);
          assertClose(first.get(i), ADAM_W);
          assertClose(second.get(i), ADAM_W);
        }
      }
    }
  }

  @Property
  void sumOfSquaresAgrees(
      @ForAll @Size(max = 4) List<@IntRange(max = 9000) Integer> sizes, @ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      List<Pair> tensors = vectors(twin, sizes);
      Pair blocks = twin.doubles(new double[blocks(sizes)]);
      twin.run((k, on) -> k.sumOfSquares(on.of(tensors), on.of(blocks)));
      assertClose(blocks, SQUARES);
    }
  }

  @Example
  void sumOfSquaresDoesNotHideWhatIsNotFinite(@ForAll Random random) {
    try (Twin twin = new Twin(random)) {
      Pair blocks = twin.doubles(0, 0);
      Pair x = twin.random(Kernels.SQUARES_BLOCK + 1);
      Pair second = x.narrow(0, Kernels.SQUARES_BLOCK, 1);
      second.set(Double.NaN);
      twin.run((k, on) -> k.sumOfSquares(on.of(List.of(x)), on.of(blocks)));
      assertThat(blocks.torch().toDoubles()[0]).isPositive();
      assertThat(blocks.torch().toDoubles()[1]).isNaN();
      second.set(Double.NEGATIVE_INFINITY);
      twin.run((k, on) -> k.sumOfSquares(on.of(List.of(x)), on.of(blocks)));
      assertThat(blocks.torch().toDoubles()[0]).isFinite();
      assertThat(blocks.torch().toDoubles()[1]).isEqualTo(Double.POSITIVE_INFINITY);
    }
  }

  /** Whatever comes before it, whatever tensor it is of and however many threads there are. */
  @Property(tries = 50)
  void theSquaresOfABlockDependOnItsElementsAlone(
      @ForAll @IntRange(max = 300_000) int size,
      @ForAll @IntRange(max = 70) int before,
      @ForAll Random random) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    double[] whole = squares(1, 0, values, List.of(size));
    assertThat(squares(2, 0, values, List.of(size))).containsExactly(whole);
    List<Integer> oneByOne = new ArrayList<>();
    for (int at = 0; at < size; at += Kernels.SQUARES_BLOCK) {
      oneByOne.add(Math.min(Kernels.SQUARES_BLOCK, size - at));
    }
    assertThat(squares(2, before, values, oneByOne)).containsExactly(whole);
    int cut = oneByOne.size() / 2 * Kernels.SQUARES_BLOCK;
    assertThat(squares(2, before, values, List.of(cut, size - cut))).containsExactly(whole);
    assertThat(squares(1, before, values, List.of(cut, 0, size - cut))).containsExactly(whole);
  }

  /** The blocks of neighbouring tensors, the first of which begins somewhere in a buffer. */
  private static double[] squares(int threads, int before, float[] values, List<Integer> sizes) {
    try (ComputeLease lease = Engine.named("torch").lease(threads);
        Arena arena = lease.newArena(Device.cpu())) {
      Tensor buffer = arena.allocate(DType.F32, before + values.length);
      buffer.rows(before, values.length).set(values);
      List<Tensor> tensors = new ArrayList<>();
      int at = before;
      for (int size : sizes) {
        tensors.add(buffer.rows(at, size));
        at += size;
      }
      Tensor blocks = arena.allocate(DType.F64, blocks(sizes));
      lease.run(() -> lease.kernels().sumOfSquares(tensors, blocks));
      return blocks.toDoubles();
    }
  }

  private static int blocks(List<Integer> sizes) {
    return (int) sizes.stream().mapToLong(Kernels::squaresBlocks).sum();
  }

  private static List<Pair> vectors(Twin twin, List<Integer> sizes) {
    List<Pair> vectors = new ArrayList<>();
    for (int size : sizes) {
      vectors.add(twin.random(size));
    }
    return vectors;
  }

  private static List<Pair> zeros(List<Pair> pairs) {
    pairs.forEach(pair -> pair.set(new double[(int) pair.shape().elements()]));
    return pairs;
  }
}
