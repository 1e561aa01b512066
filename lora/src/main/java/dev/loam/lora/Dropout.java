// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.DropoutKeys;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;

/**
 * Zeroes a share of the elements and enlarges the others accordingly (Srivastava et al., JMLR 15,
 * 2014). Which ones is a function of the layer, the token's key and the column in the whole layer,
 * so a rank that has some of the columns zeroes the same ones, a backward pass knows them without
 * having stored them, and so does a run that was resumed.
 */
final class Dropout {
  private static final int GOLDEN_GAMMA = 0x9e3779b9;

  private final double probability;
  private final long layerKey;
  private final int firstColumn;

  /**
   * The dropout of one layer.
   *
   * @param probability of an element to be zeroed, in [0, 1)
   * @param layerKey of this layer
   * @param firstColumn of the whole layer that is here
   */
  Dropout(double probability, long layerKey, long firstColumn) {
    this.probability = probability;
    this.layerKey = layerKey;
    this.firstColumn = (int) firstColumn;
  }

  /**
   * {@code y = dropout(x)}, or {@code y += dropout(x)}; it is its own backward.
   *
   * @param xTI contiguous
   * @param yTI contiguous, may be x
   */
  void apply(DropoutKeys keys, Tensor xTI, Tensor yTI, boolean add) {
    if (xTI.elements() == 0) {
      return;
    }
    int columns = Math.toIntExact(xTI.size(1));
    if (xTI.dtype() == DType.F64) {
      applyDoubles(keys, xTI, yTI, add, columns);
      return;
    }
    float[] factor = new float[columns];
    float[] x = new float[columns];
    float[] y = new float[columns];
    for (int t = 0; t < xTI.size(0); t++) {
      factors(keys.get(t), factor);
      FloatBuffer source = xTI.rows(t, 1).window(0, columns).asFloatBuffer();
      FloatBuffer target = yTI.rows(t, 1).window(0, columns).asFloatBuffer();
      source.get(0, x);
      if (add) {
        target.get(0, y);
        for (int i = 0; i < columns; i++) {
          y[i] += x[i] * factor[i];
        }
      } else {
        for (int i = 0; i < columns; i++) {
          y[i] = x[i] * factor[i];
        }
      }
      target.put(0, y);
    }
  }

  private void applyDoubles(DropoutKeys keys, Tensor xTI, Tensor yTI, boolean add, int columns) {
    float[] factor = new float[columns];
    double keptFactor = 1 / (1 - probability);
    for (int t = 0; t < xTI.size(0); t++) {
      factors(keys.get(t), factor);
      DoubleBuffer source = xTI.rows(t, 1).window(0, columns).asDoubleBuffer();
      DoubleBuffer target = yTI.rows(t, 1).window(0, columns).asDoubleBuffer();
      for (int i = 0; i < columns; i++) {
        double value = factor[i] == 0 ? 0 : source.get(i) * keptFactor;
        target.put(i, add ? target.get(i) + value : value);
      }
    }
  }

  /** Zero, or what an element that is kept is multiplied by, for the columns of a token. */
  private void factors(long tokenKey, float[] factor) {
    int key = (int) (DropoutKeys.mix(tokenKey ^ layerKey) >>> 32);
    float kept = (float) (1 / (1 - probability));
    // Compared as numbers of 31 bits.
    int limit = (int) Math.round(probability * 0x1p31);
    for (int i = 0; i < factor.length; i++) {
      factor[i] = hash(key + (firstColumn + i) * GOLDEN_GAMMA) >>> 1 < limit ? 0 : kept;
    }
  }

  /**
   * The 32-bit finalizer of Wellons ("lowbias32", 2018), in operations that compilers vectorize.
   */
  private static int hash(int value) {
    int x = value;
    x ^= x >>> 16;
    x *= 0x7feb352d;
    x ^= x >>> 15;
    x *= 0x846ca68b;
    x ^= x >>> 16;
    return x;
  }
}
