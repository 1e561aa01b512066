// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

/**
 * Where the rows of a parameter lie among those of the matrix that it is fused into: in blocks of
 * equal size, one in each period.
 *
 * @param block rows that lie together
 * @param period from the beginning of one block to that of the next
 * @param offset the row at which the first block begins
 */
record RowPattern(long block, long period, long offset) {
  /** A matrix that is not fused, of any number of rows. */
  static final RowPattern ALONE = new RowPattern(Long.MAX_VALUE, Long.MAX_VALUE, 0);

  /** The row of the fused matrix that a row of the parameter is. */
  long row(long own) {
    return own / block * period + offset + own % block;
  }

  /** How many rows, of so many from one on, lie together. */
  long run(long own, long count) {
    return Math.min(count, block - own % block);
  }

  boolean isAlone() {
    return equals(ALONE);
  }

  /** Whether there is a row of something else between any two. */
  boolean isInterleaved() {
    return block == 1;
  }
}
