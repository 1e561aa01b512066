// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions. Immutable; the number of elements fits a {@code long}. */
public final class Shape {
  private final long[] sizes;
  private final long elements;

  private Shape(long[] sizes) {
    this.sizes = sizes;
    long n = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("negative size in shape " + Arrays.toString(sizes));
      }
      n = Math.multiplyExact(n, size);
    }
    this.elements = n;
  }

  /**
   * A shape of the given sizes; none for a scalar.
   *
   * @throws IllegalArgumentException if a size is negative
   * @throws ArithmeticException if the number of elements overflows
   */
  public static Shape of(long... sizes) {
    return new Shape(sizes.clone());
  }

  /** The number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** The size of a dimension. */
  public long size(int dimension) {
    return sizes[dimension];
  }

  /** The product of all sizes. */
  public long elements() {
    return elements;
  }

  /** A copy of the sizes. */
  public long[] toArray() {
    return sizes.clone();
  }

  /** Row-major strides, in elements. */
  long[] contiguousStrides() {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int d = sizes.length - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= Math.max(1, sizes[d]);
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape that && Arrays.equals(sizes, that.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
