// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * One try of a property: tensors in random layouts, contiguous or sliced out of wider rows, and the
 * kernels to run on them. Closing it checks that nothing was written beside the slices.
 */
final class Bench implements AutoCloseable {
  /**
   * The step of central differences. Truncation errs by about {@code step²}, rounding by {@code
   * 1e-16 / step}: 1e-10 in all for values of about 1. Measured over 3300 comparisons, relative to
   * the terms that are summed: 8.4e-9 (attention and RMSNorm, whose curvature is largest).
   */
  private static final double STEP = 1e-5;

  private static final double LIMIT = 1e-6;
  private static final double BESIDE = 12345;

  private final ComputeLease lease = Engine.named("reference").lease(1);
  private final Arena arena = lease.newArena(Device.cpu());
  private final Random random;
  private final List<Tensor> buffers = new ArrayList<>();
  private final List<Tensor> slices = new ArrayList<>();

  Bench(Random random) {
    this.random = random;
  }

  /** Normally distributed values. */
  Tensor random(long... shape) {
    Tensor x = slice(shape);
    return x.set(random.doubles(x.elements(), -2, 2).toArray());
  }

  /** Where a kernel takes no slices. */
  Tensor randomContiguous(long... shape) {
    return contiguous(random(shape).toDoubles()).view(shape);
  }

  /** To be overwritten: not a number anywhere. */
  Tensor output(long... shape) {
    Tensor x = slice(shape);
    double[] values = new double[(int) x.elements()];
    Arrays.fill(values, Double.NaN);
    return x.set(values);
  }

  Tensor sum() {
    return arena.allocate(DType.F64, 1).set(0.0);
  }

  Tensor contiguous(double... values) {
    return arena.allocate(DType.F64, values.length).set(values);
  }

  Tensor ids(long... values) {
    return arena.allocate(DType.I64, values.length).set(values);
  }

  Tensor randomIds(int count, long limit) {
    return ids(random.longs(count, 0, limit).toArray());
  }

  Workspace workspace() {
    return new Workspace(arena, DType.F64, 0);
  }

  /** Documents of random lengths, some of them empty. */
  CuSeqlens documents(int count, int longest) {
    int[] starts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      starts[i + 1] = starts[i] + random.nextInt(longest + 1);
    }
    return CuSeqlens.of(starts);
  }

  void run(Consumer<Kernels> work) {
    lease.run(() -> work.accept(lease.kernels()));
  }

  /**
   * Compares a gradient with central differences along random directions.
   *
   * @param x what the loss depends on
   * @param dx its gradient
   * @param loss runs the forward again
   */
  void assertGradient(Tensor x, Tensor dx, DoubleSupplier loss) {
    double[] base = x.toDoubles();
    double[] gradient = dx.toDoubles();
    double[] direction = random.doubles(base.length, -1, 1).toArray();
    double slope = 0;
    double scale = 1e-3;
    for (int i = 0; i < base.length; i++) {
      slope += gradient[i] * direction[i];
      scale += Math.abs(gradient[i] * direction[i]);
    }
    double difference =
        lossAt(x, base, direction, STEP, loss) - lossAt(x, base, direction, -STEP, loss);
    x.set(base);
    assertThat(Math.abs(difference / (2 * STEP) - slope) / scale).isLessThan(LIMIT);
  }

  private static double lossAt(
      Tensor x, double[] base, double[] direction, double step, DoubleSupplier loss) {
    double[] moved = base.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    x.set(moved);
    return loss.getAsDouble();
  }

  /** {@code Σ a · b}. */
  static double dot(Tensor a, Tensor b) {
    double[] x = a.toDoubles();
    double[] y = b.toDoubles();
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  /** Asserts equality up to rounding, relative to the largest value. */
  static void assertClose(Tensor actual, double... expected) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    double[] values = actual.toDoubles();
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(values[i] - expected[i]))
          .as("element %d: %s, expected %s", i, values[i], expected[i])
          .isLessThanOrEqualTo(1e-13 * (1 + largest));
    }
  }

  /** Takes what was there before accumulation away again. */
  static void subtract(Tensor x, double[] earlier) {
    double[] values = x.toDoubles();
    for (int i = 0; i < values.length; i++) {
      values[i] -= earlier[i];
    }
    x.set(values);
  }

  private Tensor slice(long... shape) {
    if (shape.length == 1) {
      return arena.allocate(DType.F64, shape);
    }
    long row = 1;
    for (int d = 1; d < shape.length; d++) {
      row *= shape[d];
    }
    int before = random.nextInt(3);
    int after = random.nextInt(3);
    Tensor buffer = arena.allocate(DType.F64, shape[0], before + row + after);
    fill(buffer);
    Tensor slice = buffer.narrow(1, before, row).view(shape);
    buffers.add(buffer);
    slices.add(slice);
    return slice;
  }

  private static void fill(Tensor x) {
    double[] values = new double[(int) x.elements()];
    Arrays.fill(values, BESIDE);
    x.set(values);
  }

  @Override
  public void close() {
    for (int i = 0; i < slices.size(); i++) {
      fill(slices.get(i));
      assertThat(Arrays.stream(buffers.get(i).toDoubles())).allMatch(x -> x == BESIDE);
    }
    arena.close();
    lease.close();
  }
}
