// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

/** Whole numbers by position, in memory or in a mapped file. Safe for use by several threads. */
public interface IndexArray {
  /** How many there are. */
  long size();

  /** The one at a position from 0. */
  long get(long position);

  /** Numbers in memory, which nobody changes any more. */
  static IndexArray of(int[] values) {
    return new IndexArray() {
      @Override
      public long size() {
        return values.length;
      }

      @Override
      public long get(long position) {
        return values[(int) position];
      }
    };
  }

  /** Likewise. */
  static IndexArray of(short[] values) {
    return new IndexArray() {
      @Override
      public long size() {
        return values.length;
      }

      @Override
      public long get(long position) {
        return values[(int) position];
      }
    };
  }

  /** Likewise. */
  static IndexArray of(long[] values) {
    return new IndexArray() {
      @Override
      public long size() {
        return values.length;
      }

      @Override
      public long get(long position) {
        return values[(int) position];
      }
    };
  }

  /**
   * A copy.
   *
   * @throws IllegalStateException if they are too many, or one is too large, for an array of ints
   */
  default int[] toInts() {
    if (size() > Integer.MAX_VALUE - Long.BYTES) {
      throw new IllegalStateException(size() + " numbers do not fit an array");
    }
    int[] ints = new int[(int) size()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(get(i));
    }
    return ints;
  }
}
