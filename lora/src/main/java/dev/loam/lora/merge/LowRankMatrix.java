// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.TensorSource;
import dev.loam.lora.LoraNames;
import dev.loam.lora.peft.AdapterFolder;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;

/**
 * What an adapter adds to a weight, as the product of a tall matrix and a wide one: {@code scale ·
 * B A} of a linear layer; of the embedding, whose weight has a row for each input, the transpose.
 */
final class LowRankMatrix {
  static final String EMBEDDING = "model.embed_tokens";

  private final double scale;
  private final float[] tall;
  private final double[][] wide;

  private LowRankMatrix(double scale, float[] tall, double[][] wide) {
    this.scale = scale;
    this.tall = tall;
    this.wide = wide;
  }

  /** Reads what an adapter has for a module. */
  static LowRankMatrix read(AdapterFolder adapter, String module) {
    double scale = adapter.options().scale();
    Tensor a = values(adapter.tensors(), LoraNames.a(module));
    Tensor b = values(adapter.tensors(), LoraNames.b(module));
    return module.equals(EMBEDDING)
        ? new LowRankMatrix(scale, a.toFloats(), rows(b.transpose(0, 1)))
        : new LowRankMatrix(scale, b.toFloats(), rows(a));
  }

  /** Whether an adapter has anything for a module. */
  static boolean exists(AdapterFolder adapter, String module) {
    return adapter.tensors().names().contains(LoraNames.a(module));
  }

  private static Tensor values(TensorSource source, String name) {
    Shape shape = source.shape(name);
    Tensor values = HostMemory.allocate(DType.F32, shape.toArray());
    source.read(name, Slice.whole(shape), values);
    return values;
  }

  private static double[][] rows(Tensor matrix) {
    double[][] rows = new double[(int) matrix.size(0)][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = matrix.rows(row, 1).toDoubles();
    }
    return rows;
  }

  /** Adds a row of the product, from a column on, to numbers. */
  void addRow(long row, int firstColumn, double[] numbers) {
    int rank = wide.length;
    for (int k = 0; k < rank; k++) {
      double factor = scale * tall[(int) row * rank + k];
      double[] right = wide[k];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] += factor * right[firstColumn + i];
      }
    }
  }
}
