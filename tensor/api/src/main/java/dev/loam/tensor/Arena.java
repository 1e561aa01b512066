// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/**
 * Owns memory. Tensors allocated here, and every view of them, are usable until the arena is
 * closed, and nothing else has to be closed. Touching fresh memory costs about ten times as much as
 * reusing it, so arenas are meant to live as long as a trainer does.
 *
 * <p>Not safe for use by several threads at once.
 */
public interface Arena extends AutoCloseable {
  /** Where this arena's memory lives. */
  Device device();

  /**
   * Allocates a contiguous tensor. Its contents are unspecified.
   *
   * @throws IllegalStateException if this arena is closed
   */
  Tensor allocate(DType dtype, long... shape);

  /** The sum of the sizes of all allocations. */
  long allocatedBytes();

  /** Frees everything that was allocated here. Closing twice does nothing. */
  @Override
  void close();
}
