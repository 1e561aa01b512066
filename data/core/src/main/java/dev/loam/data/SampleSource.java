// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

/**
 * Samples by index, in a fixed order: the same index always gives an equal sample. Safe to read
 * from several threads at once. Closing a source closes what it reads from.
 */
public interface SampleSource extends AutoCloseable {
  /** The number of samples. */
  long size();

  /**
   * The sample at an index.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= index < size()}
   * @throws DataFormatException if the underlying data turns out to be unusable
   */
  Sample get(long index);

  /**
   * Reads the sample at an index into a buffer, which sources of many samples do without making
   * garbage.
   *
   * @throws IndexOutOfBoundsException unless {@code 0 <= index < size()}
   * @throws DataFormatException if the underlying data turns out to be unusable
   */
  default void read(long index, SampleBuffer into) {
    into.set(get(index));
  }

  @Override
  void close();
}
