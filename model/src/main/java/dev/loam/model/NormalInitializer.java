// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.function.DoubleUnaryOperator;

/**
 * Normally distributed initial weights from a counter-based generator: an element's value is a
 * function of the seed, the parameter's name and the element's index in the whole parameter, so it
 * does not depend on how a model is split over ranks.
 */
final class NormalInitializer {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  private static final int BLOCK = 1 << 16;

  private final long key;
  private final DoubleUnaryOperator quantile;

  NormalInitializer(long seed, String name, double deviation) {
    this(seed, name, share -> deviation * InverseNormal.of(share));
  }

  /** Any other distribution, by its quantiles. */
  NormalInitializer(long seed, String name, DoubleUnaryOperator quantile) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    this.key = mix(mix(seed + GOLDEN_GAMMA) ^ hash);
    this.quantile = quantile;
  }

  /** Fills a matrix that is a slice of the parameter. */
  void fill(Tensor matrix, Slice slice, long parameterColumns) {
    long columns = matrix.size(1);
    long rowsAtOnce = Math.max(1, BLOCK / columns);
    for (long row = 0; row < matrix.size(0); row += rowsAtOnce) {
      int rows = (int) Math.min(rowsAtOnce, matrix.size(0) - row);
      float[] values = new float[Math.toIntExact(rows * columns)];
      for (int i = 0; i < values.length; i++) {
        long globalRow = slice.start().size(0) + row + i / columns;
        long globalColumn = slice.start().size(1) + i % columns;
        values[i] = (float) value(globalRow * parameterColumns + globalColumn);
      }
      matrix.rows(row, rows).set(values);
    }
  }

  double value(long index) {
    long bits = mix(key + GOLDEN_GAMMA * (index + 1));
    return quantile.applyAsDouble(((bits >>> 11) + 0.5) * 0x1p-53);
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
