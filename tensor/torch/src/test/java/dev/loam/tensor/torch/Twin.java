// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * One try of a property: the same call on the torch engine, twice, and on the reference engine,
 * with the same values in the same layouts, contiguous or sliced out of wider buffers. Checks that
 * both torch calls give the same bits, that nothing beside the slices was written, and on request
 * that the outputs agree. In half of the tries oneDNN computes the small products too, as it does
 * the large ones of models.
 */
final class Twin implements AutoCloseable {
  private static final float BESIDE = 12345;
  private static final Kernels SMALL_PRODUCTS = TorchEngine.get().kernelsOfSmallProducts();

  private final Random random;
  private final Side torch;
  private final Side reference;
  private final List<Pair> pairs = new ArrayList<>();

  /** A tensor on both engines. */
  record Pair(Tensor torch, Tensor reference, Tensor buffer) {
    Shape shape() {
      return torch.shape();
    }

    /** A view of both. */
    Pair narrow(int dimension, long start, long length) {
      return new Pair(
          torch.narrow(dimension, start, length),
          reference.narrow(dimension, start, length),
          buffer);
    }

    Pair view(long... shape) {
      return new Pair(torch.view(shape), reference.view(shape), buffer);
    }

    Pair set(double... values) {
      torch.set(values);
      reference.set(values);
      return this;
    }
  }

  /** One of the engines. */
  final class Side {
    final ComputeLease lease;
    final Arena arena;

    private final Kernels kernels;

    private Side(ComputeLease lease, Kernels kernels) {
      this.lease = lease;
      this.kernels = kernels;
      arena = lease.newArena(Device.cpu());
    }

    Tensor of(Pair pair) {
      return this == torch ? pair.torch : pair.reference;
    }

    List<Tensor> of(List<Pair> pairs) {
      return pairs.stream().map(this::of).toList();
    }

    /** Scratch of exactly the size that a kernel says it takes, full of NaN. */
    Workspace workspace(long elements) {
      return new Workspace(new DirtyArena(arena), lease.computeType(), elements);
    }

    private void run(BiConsumer<Kernels, Side> call) {
      lease.run(() -> call.accept(kernels, this));
    }
  }

  Twin(Random random) {
    this.random = random;
    ComputeLease lease = Engine.named("torch").lease(1 + random.nextInt(2));
    this.torch = new Side(lease, random.nextBoolean() ? lease.kernels() : SMALL_PRODUCTS);
    ComputeLease truth = Engine.named("reference").lease(1);
    this.reference = new Side(truth, truth.kernels());
  }

  /** Uniformly distributed floats from -2 to 2. */
  Pair random(long... shape) {
    Pair pair = slice(shape);
    double[] values = new double[(int) pair.shape().elements()];
    Arrays.setAll(values, i -> 4 * random.nextFloat() - 2);
    return pair.set(values);
  }

  /** Uniformly distributed floats from -2 to 2, back to back. */
  Pair contiguous(long rows, long columns) {
    return random(rows * columns).view(rows, columns);
  }

  /** To be overwritten: not a number anywhere. */
  Pair output(long... shape) {
    Pair pair = slice(shape);
    double[] values = new double[(int) pair.shape().elements()];
    Arrays.fill(values, Double.NaN);
    return pair.set(values);
  }

  /** To be added to, or to be overwritten. */
  Pair output(boolean accumulate, long... shape) {
    return accumulate ? random(shape) : output(shape);
  }

  /** Ids below a limit. */
  Pair randomIds(int count, long limit) {
    return ids(random.longs(count, 0, limit).toArray());
  }

  Pair ids(long... values) {
    return register(
        torch.arena.allocate(DType.I64, values.length).set(values),
        reference.arena.allocate(DType.I64, values.length).set(values));
  }

  /** Float64 on both sides. */
  Pair doubles(double... values) {
    return register(
        torch.arena.allocate(DType.F64, values.length).set(values),
        reference.arena.allocate(DType.F64, values.length).set(values));
  }

  /** Documents of random lengths, some of them empty or of one token. */
  CuSeqlens documents(int count, int longest) {
    int[] starts = new int[count + 1];
    for (int i = 0; i < count; i++) {
      int most = random.nextInt(3) == 0 ? 1 : longest;
      starts[i + 1] = starts[i] + random.nextInt(most + 1);
    }
    return CuSeqlens.of(starts);
  }

  /** Runs a call on both engines. */
  void run(BiConsumer<Kernels, Side> call) {
    List<double[]> before = pairs.stream().map(p -> p.torch.toDoubles()).toList();
    torch.run(call);
    List<double[]> once = pairs.stream().map(p -> p.torch.toDoubles()).toList();
    for (int i = 0; i < before.size(); i++) {
      restore(pairs.get(i).torch, before.get(i));
    }
    torch.run(call);
    for (int i = 0; i < once.size(); i++) {
      assertThat(pairs.get(i).torch.toDoubles()).as("a repeated call").isEqualTo(once.get(i));
    }
    reference.run(call);
  }

  private static void restore(Tensor tensor, double[] values) {
    if (tensor.dtype().isFloating()) {
      tensor.set(values);
    }
  }

  /**
   * Asserts that an output agrees.
   *
   * @param limit the largest difference, relative to the largest element or to 1, which is the size
   *     of the inputs, if that is larger
   */
  static void assertClose(Pair output, double limit) {
    double[] actual = output.torch.toDoubles();
    double[] expected = output.reference.toDoubles();
    double scale = 1;
    for (double value : expected) {
      scale = Math.max(scale, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      // Written so that NaN fails.
      if (!(Math.abs(actual[i] - expected[i]) <= limit * scale)) {
        throw new AssertionError(
            "element %d of %s: torch %s, reference %s, difference %.1e of %s, limit %s"
                .formatted(
                    i,
                    output.torch,
                    actual[i],
                    expected[i],
                    Math.abs(actual[i] - expected[i]) / scale,
                    scale,
                    limit));
      }
    }
  }

  /** The same random layout on both sides: an offset, and for matrices wider rows. */
  private Pair slice(long... shape) {
    long rest = Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
    long above = random.nextInt(2);
    long before = shape.length == 1 ? 0 : random.nextInt(4);
    long after = shape.length == 1 ? 0 : random.nextInt(4);
    Tensor[] sides = new Tensor[2];
    Tensor buffer = torch.arena.allocate(DType.F32, above + shape[0] + 1, before + rest + after);
    sides[0] = buffer;
    sides[1] = reference.arena.allocate(DType.F64, buffer.shape().toArray());
    fill(buffer, BESIDE);
    for (int i = 0; i < 2; i++) {
      sides[i] = sides[i].rows(above, shape[0]).narrow(1, before, rest).view(shape);
    }
    Pair pair = new Pair(sides[0], sides[1], buffer);
    pairs.add(pair);
    return pair;
  }

  private Pair register(Tensor torch, Tensor reference) {
    Pair pair = new Pair(torch, reference, torch);
    pairs.add(pair);
    return pair;
  }

  static void fill(Tensor x, float value) {
    float[] values = new float[(int) x.elements()];
    Arrays.fill(values, value);
    x.set(values);
  }

  @Override
  public void close() {
    for (Pair pair : pairs) {
      if (pair.torch != pair.buffer) {
        fill(pair.torch, BESIDE);
        assertThat(Arrays.stream(pair.buffer.toDoubles()))
            .as("beside a slice")
            .allMatch(x -> x == BESIDE);
      }
    }
    for (Side side : List.of(torch, reference)) {
      side.arena.close();
      side.lease.close();
    }
  }
}
