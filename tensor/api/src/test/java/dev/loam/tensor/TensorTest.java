// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class TensorTest {
  private final HeapArena arena = new HeapArena();

  /** What a view should be: the index in the storage of each element, in row-major order. */
  private static final class Model {
    final long[] shape;
    final int[] indices;

    Model(long[] shape, int[] indices) {
      this.shape = shape;
      this.indices = indices;
    }

    int at(int[] index) {
      int flat = 0;
      for (int d = 0; d < shape.length; d++) {
        flat = flat * (int) shape[d] + index[d];
      }
      return indices[flat];
    }

    /** The view of another shape whose element at i is this one's at {@code source(i)}. */
    Model of(long[] newShape, UnaryOperator<int[]> source) {
      List<Integer> picked = new ArrayList<>();
      int[] index = new int[newShape.length];
      long elements = Shape.of(newShape).elements();
      for (long i = 0; i < elements; i++) {
        picked.add(at(source.apply(index.clone())));
        for (int d = newShape.length - 1; d >= 0 && ++index[d] == newShape[d]; d--) {
          index[d] = 0;
        }
      }
      return new Model(newShape, picked.stream().mapToInt(x -> x).toArray());
    }
  }

  @Property
  void viewsOfViewsFollowTheModel(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 4) Integer> sizes,
      @ForAll @IntRange(max = 6) int operations,
      @ForAll Random random) {
    long[] shape = sizes.stream().mapToLong(x -> x).toArray();
    Tensor tensor = arena.allocate(DType.F64, shape);
    double[] numbers = new double[(int) tensor.elements()];
    Arrays.setAll(numbers, i -> i);
    tensor.set(numbers);
    Model model = new Model(shape, IntStream.range(0, numbers.length).toArray());
    for (int i = 0; i < operations; i++) {
      int dimension = random.nextInt(shape.length);
      long[] wanted = model.shape.clone();
      if (random.nextBoolean()) {
        int start = random.nextInt((int) wanted[dimension] + 1);
        wanted[dimension] = random.nextInt((int) wanted[dimension] - start + 1);
        tensor = tensor.narrow(dimension, start, wanted[dimension]);
        model =
            model.of(
                wanted,
                index -> {
                  index[dimension] += start;
                  return index;
                });
      } else {
        int other = random.nextInt(shape.length);
        wanted[dimension] = model.shape[other];
        wanted[other] = model.shape[dimension];
        tensor = tensor.transpose(dimension, other);
        model =
            model.of(
                wanted,
                index -> {
                  int kept = index[dimension];
                  index[dimension] = index[other];
                  index[other] = kept;
                  return index;
                });
      }
    }
    assertThat(tensor.shape()).isEqualTo(Shape.of(model.shape));
    assertThat(tensor.toDoubles())
        .isEqualTo(Arrays.stream(model.indices).asDoubleStream().toArray());
    assertThat(tensor.isContiguous()).isEqualTo(isRun(model.indices));
    if (tensor.isContiguous()) {
      assertThat(tensor.window(0, tensor.elements()).remaining())
          .isEqualTo(model.indices.length * Double.BYTES);
    }
    reshapes(tensor, random);
  }

  private static boolean isRun(int[] indices) {
    for (int i = 1; i < indices.length; i++) {
      if (indices[i] != indices[i - 1] + 1) {
        return false;
      }
    }
    return true;
  }

  /** A reshaped view holds the same elements; only one that needs a copy may be refused. */
  private static void reshapes(Tensor tensor, Random random) {
    long[] shape = tensor.shape().toArray();
    List<Long> sizes = new ArrayList<>();
    for (long size : shape) {
      if (random.nextBoolean()) {
        sizes.add(1L);
      }
      if (size == 4 && random.nextBoolean()) {
        sizes.addAll(List.of(2L, 2L));
      } else if (!sizes.isEmpty() && random.nextBoolean()) {
        sizes.add(sizes.remove(sizes.size() - 1) * size);
      } else {
        sizes.add(size);
      }
    }
    long[] wanted = sizes.stream().mapToLong(x -> x).toArray();
    try {
      Tensor view = tensor.view(wanted);
      assertThat(view.toDoubles()).isEqualTo(tensor.toDoubles());
      assertThat(view.shape()).isEqualTo(Shape.of(wanted));
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("without copying");
      assertThat(tensor.isContiguous()).isFalse();
    }
  }

  @Example
  void splittingADimensionNeverNeedsACopy() {
    Tensor qkv = arena.allocate(DType.F64, 2, 6).set(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    Tensor k = qkv.narrow(1, 2, 2).view(2, 2, 1).transpose(0, 1);
    assertThat(k.toDoubles()).containsExactly(2, 8, 3, 9);
    assertThatThrownBy(() -> qkv.narrow(1, 2, 2).view(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot view [2, 2] with strides [6, 1] as [4] without copying");
    assertThatThrownBy(() -> qkv.view(5, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cannot view [2, 6] as [5, 2]");
  }

  @Property
  void writingAViewLeavesTheRestAlone(
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 1, max = 5) int columns,
      @ForAll Random random) {
    Tensor whole = arena.allocate(DType.F32, rows, columns);
    int row = random.nextInt(rows);
    int column = random.nextInt(columns);
    whole.narrow(0, row, rows - row).narrow(1, column, 1).set(new double[rows - row]);
    float[] ones = new float[rows * columns];
    Arrays.fill(ones, 1);
    whole.set(ones);
    whole.narrow(0, row, rows - row).narrow(1, column, 1).set(new float[rows - row]);
    for (int i = 0; i < ones.length; i++) {
      boolean inside = i / columns >= row && i % columns == column;
      assertThat(whole.toFloats()[i]).isEqualTo(inside ? 0 : 1);
    }
  }

  @Example
  void windowsAreOfContiguousOpenTensors() {
    Tensor x = arena.allocate(DType.F32, 3, 2).set(1, 2, 3, 4, 5, 6);
    assertThat(x.rows(1, 2).window(1, 2).getFloat(0)).isEqualTo(4);
    assertThatThrownBy(() -> x.transpose(0, 1).window(0, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("contiguous");
    assertThatThrownBy(() -> x.rows(1, 2).window(3, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.narrow(1, 1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    arena.close();
    assertThatThrownBy(() -> x.window(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(x::toFloats).isInstanceOf(IllegalStateException.class);
  }

  @Example
  void valuesMustFit() {
    Tensor ids = arena.allocate(DType.I64, 2);
    assertThat(ids.set(new long[] {-1, 5}).toDoubles()).containsExactly(-1, 5);
    assertThatThrownBy(() -> ids.set(1.0, 2.0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ids.set(new long[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 values do not fill I64[2] on cpu");
    Tensor half = arena.allocate(DType.BF16, 2).set(1 + 0x1p-9, -3);
    assertThat(half.toFloats()).containsExactly(1, -3);
    assertThatThrownBy(() -> half.set(new long[2])).isInstanceOf(IllegalArgumentException.class);
  }
}
