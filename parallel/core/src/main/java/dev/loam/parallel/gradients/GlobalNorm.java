// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import java.util.List;

/**
 * The Euclidean norm of the gradients of all ranks together, each parameter counted once. It is the
 * same to the last bit however parameters are spread over pipeline stages and data-parallel ranks:
 * the sums of squares of blocks are added as whole numbers, which no order changes.
 */
public final class GlobalNorm {
  /** Bits of each of the two whole numbers that stand for a block; leaves room for 2^25 blocks. */
  private static final int BITS = 38;

  private static final String WHAT = "gradient norm";

  private final Kernels kernels;
  private final ProcessGroup world;
  private final List<Tensor> counted;
  private final Tensor blocks;
  private final Tensor largest;
  private final Tensor sums;

  /**
   * A norm.
   *
   * @param pieces of this rank
   */
  public GlobalNorm(Kernels kernels, Arena arena, ProcessGroup world, List<OwnedPiece> pieces) {
    this.kernels = kernels;
    this.world = world;
    counted = pieces.stream().filter(OwnedPiece::counted).map(OwnedPiece::gradient).toList();
    long count =
        counted.stream()
            .mapToLong(t -> (t.elements() + Kernels.SQUARES_BLOCK - 1) / Kernels.SQUARES_BLOCK)
            .sum();
    blocks = arena.allocate(DType.F64, count);
    largest = arena.allocate(DType.F64, 1);
    sums = arena.allocate(DType.I64, 2);
  }

  /** The norm; NaN or infinite if any gradient is. All ranks call it and get the same. */
  public double compute() {
    kernels.sumOfSquares(counted, blocks);
    double[] squares = blocks.toDoubles();
    double top = 0;
    for (double square : squares) {
      top = Math.max(top, square);
    }
    largest.set(top);
    world.allReduce(largest, Reduction.MAX, WHAT).await();
    top = largest.toDoubles()[0];
    if (top == 0 || !Double.isFinite(top)) {
      return Math.sqrt(top);
    }
    int exponent = Math.getExponent(top) + 1;
    long high = 0;
    long low = 0;
    for (double square : squares) {
      double scaled = Math.scalb(square, BITS - exponent);
      double whole = Math.floor(scaled);
      high += (long) whole;
      low += (long) Math.rint(Math.scalb(scaled - whole, BITS));
    }
    sums.set(new long[] {high, low});
    world.allReduce(sums, Reduction.SUM, WHAT).await();
    double total =
        sums.window(0, 1).getLong() + Math.scalb((double) sums.window(1, 1).getLong(), -BITS);
    return Math.sqrt(Math.scalb(total, exponent - BITS));
  }
}
