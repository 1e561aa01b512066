// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Named tensors whose every element is known, cut into boxes at random. */
final class SampleModel {
  private static final DType[] TYPES = {DType.F32, DType.F64, DType.BF16};

  private final long seed;
  private final Map<String, Shape> shapes = new TreeMap<>();
  private final Map<String, DType> types = new TreeMap<>();

  SampleModel(long seed) {
    this.seed = seed;
  }

  /** Some vectors and matrices. */
  static SampleModel random(long seed, int tensors, int maxSize) {
    SplittableRandom random = new SplittableRandom(seed);
    SampleModel model = new SampleModel(seed);
    for (int i = 0; i < tensors; i++) {
      long rows = 1L + random.nextInt(maxSize);
      long columns = 1L + random.nextInt(maxSize);
      model.with(
          "t" + i,
          TYPES[random.nextInt(TYPES.length)],
          random.nextInt(3) == 0 ? new long[] {rows} : new long[] {rows, columns});
    }
    return model;
  }

  SampleModel with(String name, DType type, long... shape) {
    shapes.put(name, Shape.of(shape));
    types.put(name, type);
    return this;
  }

  Map<String, Shape> shapes() {
    return shapes;
  }

  DType type(String name) {
    return types.getOrDefault(name, DType.F32);
  }

  private Shape shape(String name) {
    return shapes.getOrDefault(name, Shape.of());
  }

  /** Small whole numbers, which every type holds exactly. */
  double value(String name, long element) {
    long mixed =
        (seed * 31 + name.hashCode()) * 0x9E3779B97F4A7C15L + element * 0xD1B54A32D192ED03L;
    return (mixed >>> 33) % 251 - 125;
  }

  /** What a slice of a tensor must be. */
  double[] values(String name, Slice slice) {
    Shape shape = shape(name);
    double[] values = new double[(int) slice.shape().elements()];
    long columns = shape.rank() == 1 ? 1 : shape.size(1);
    long width = shape.rank() == 1 ? 1 : slice.shape().size(1);
    long firstColumn = shape.rank() == 1 ? 0 : slice.start().size(1);
    for (int i = 0; i < values.length; i++) {
      long row = slice.start().size(0) + i / width;
      values[i] = value(name, row * columns + firstColumn + i % width);
    }
    return values;
  }

  TensorPiece piece(String name, Slice slice) {
    Tensor tensor = new HostArena().allocate(type(name), slice.shape().toArray());
    return new TensorPiece(name, slice, tensor.set(values(name, slice)));
  }

  /** Every tensor whole. */
  List<TensorPiece> whole() {
    return shapes.entrySet().stream()
        .map(t -> piece(t.getKey(), Slice.whole(t.getValue())))
        .toList();
  }

  /** Boxes that cover all tensors, dealt out to ranks. */
  List<List<TensorPiece>> deal(SplittableRandom random, int ranks) {
    List<List<TensorPiece>> hands = new ArrayList<>();
    for (int i = 0; i < ranks; i++) {
      hands.add(new ArrayList<>());
    }
    shapes.forEach(
        (name, shape) -> {
          for (Slice box : cut(random, Slice.whole(shape), random.nextInt(5))) {
            hands.get(random.nextInt(ranks)).add(piece(name, box));
          }
        });
    return hands;
  }

  private static List<Slice> cut(SplittableRandom random, Slice box, int depth) {
    int d = random.nextInt(box.shape().rank());
    if (depth == 0 || box.shape().size(d) < 2) {
      return List.of(box);
    }
    long first = 1 + random.nextLong(box.shape().size(d) - 1);
    List<Slice> parts = new ArrayList<>();
    parts.addAll(cut(random, part(box, d, 0, first), depth - 1));
    parts.addAll(cut(random, part(box, d, first, box.shape().size(d) - first), depth - 1));
    return parts;
  }

  private static Slice part(Slice box, int d, long start, long size) {
    long[] starts = box.start().toArray();
    long[] sizes = box.shape().toArray();
    starts[d] += start;
    sizes[d] = size;
    return new Slice(Shape.of(starts), Shape.of(sizes));
  }

  /** An arbitrary box of a tensor, an empty one now and then. */
  static Slice slice(SplittableRandom random, Shape shape) {
    Slice box = Slice.whole(shape);
    for (int d = 0; d < shape.rank(); d++) {
      long start = random.nextLong(shape.size(d) + 1);
      box = part(box, d, start, random.nextLong(shape.size(d) - start + 1));
    }
    return box;
  }

  /** Compares all of a checkpoint's tensors with this model's. */
  void assertEqual(Checkpoint checkpoint) {
    assertThat(checkpoint.names()).containsAll(shapes.keySet());
    shapes.forEach(
        (name, shape) -> {
          assertThat(checkpoint.shape(name)).isEqualTo(shape);
          Tensor read = new HostArena().allocate(type(name), shape.toArray());
          checkpoint.read(name, Slice.whole(shape), read);
          assertThat(read.toDoubles()).as(name).isEqualTo(values(name, Slice.whole(shape)));
        });
  }
}
