// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.nio.ByteBuffer;

/**
 * One allocation of an {@link Arena}, as an engine keeps it. Engines implement this; everybody else
 * works with {@link Tensor} views of it.
 */
public interface Storage {
  /** The type of the elements. */
  DType dtype();

  /** Where the memory lives. */
  Device device();

  /** The number of elements. */
  long elements();

  /**
   * Direct access to a run of elements, in native byte order. The buffer must not be used after the
   * arena is closed.
   *
   * @param offset the first element
   * @param length the number of elements, at most 2 GiB worth
   */
  ByteBuffer window(long offset, long length);

  /**
   * Checks that the memory still exists.
   *
   * @throws IllegalStateException if the arena that owns this was closed
   */
  void requireOpen();
}
