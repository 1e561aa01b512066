// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A view of memory that an {@link Arena} owns: shape, strides and an offset into its storage, all
 * counted in elements. Views are plain Java values: making one costs nothing native and nothing has
 * to be closed.
 */
public final class Tensor {
  private final Storage storage;
  private final long offset;
  private final Shape shape;
  private final long[] strides;

  private Tensor(Storage storage, long offset, Shape shape, long[] strides) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  /** The contiguous view of a whole storage; for engines. */
  public static Tensor of(Storage storage, Shape shape) {
    if (storage.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          "shape " + shape + " does not fit a storage of " + storage.elements() + " elements");
    }
    return new Tensor(storage, 0, shape, shape.contiguousStrides());
  }

  /** The memory this is a view of. */
  public Storage storage() {
    return storage;
  }

  /** The position of the first element in the storage. */
  public long offset() {
    return offset;
  }

  /** The sizes of all dimensions. */
  public Shape shape() {
    return shape;
  }

  /** The number of dimensions. */
  public int rank() {
    return shape.rank();
  }

  /** The size of one dimension; negative dimensions count from the last. */
  public long size(int dimension) {
    return shape.size(dimension < 0 ? shape.rank() + dimension : dimension);
  }

  /** The distance between neighbours along a dimension; negative ones count from the last. */
  public long stride(int dimension) {
    return strides[dimension < 0 ? strides.length + dimension : dimension];
  }

  /** The number of elements. */
  public long elements() {
    return shape.elements();
  }

  /** The type of the elements. */
  public DType dtype() {
    return storage.dtype();
  }

  /** Where the memory lives. */
  public Device device() {
    return storage.device();
  }

  /** Whether the elements lie back to back, in row-major order. */
  public boolean isContiguous() {
    long expected = 1;
    for (int d = rank() - 1; d >= 0; d--) {
      if (shape.size(d) != 1 && strides[d] != expected) {
        return elements() == 0;
      }
      expected *= shape.size(d);
    }
    return true;
  }

  /** The part of a dimension from {@code start} on. */
  public Tensor narrow(int dimension, long start, long length) {
    if (start < 0 || length < 0 || start > shape.size(dimension) - length) {
      throw new IndexOutOfBoundsException(
          "part " + start + "+" + length + " of dimension " + dimension + " of " + shape);
    }
    long[] sizes = shape.toArray();
    sizes[dimension] = length;
    Shape part = Shape.of(sizes);
    // What is empty stays where it is, lest it begin outside of the storage.
    long first = part.elements() == 0 ? offset : offset + start * strides[dimension];
    return new Tensor(storage, first, part, strides);
  }

  /** The rows (dimension 0) from {@code start} on. */
  public Tensor rows(long start, long length) {
    return narrow(0, start, length);
  }

  /** Two dimensions exchanged. */
  public Tensor transpose(int a, int b) {
    long[] sizes = shape.toArray();
    long[] newStrides = strides.clone();
    sizes[a] = shape.size(b);
    sizes[b] = shape.size(a);
    newStrides[a] = strides[b];
    newStrides[b] = strides[a];
    return new Tensor(storage, offset, Shape.of(sizes), newStrides);
  }

  /**
   * The same elements in another shape, without copying.
   *
   * @throws IllegalArgumentException if the shape has another number of elements or needs a copy
   */
  public Tensor view(long... sizes) {
    Shape wanted = Shape.of(sizes);
    return new Tensor(storage, offset, wanted, Views.strides(shape, strides, wanted));
  }

  /**
   * Direct access to elements of a contiguous tensor, in native byte order; in parts of at most 2
   * GiB. The buffer must not be used after the arena is closed.
   *
   * @param start the first element, counted from the first of this tensor
   * @param length the number of elements
   */
  public ByteBuffer window(long start, long length) {
    if (!isContiguous()) {
      throw new IllegalStateException("a window needs a contiguous tensor, not " + this);
    }
    if (start < 0 || length < 0 || start > elements() - length) {
      throw new IndexOutOfBoundsException("window " + start + "+" + length + " of " + shape);
    }
    storage.requireOpen();
    return storage.window(offset + start, length);
  }

  /** Copies all elements, in row-major order, to an array of doubles. */
  public double[] toDoubles() {
    return HostCopy.toDoubles(this);
  }

  /** Copies all elements, in row-major order, to an array of floats, rounding where needed. */
  public float[] toFloats() {
    return HostCopy.toFloats(this);
  }

  /** Overwrites all elements, in row-major order, rounding where needed. */
  public Tensor set(double... values) {
    HostCopy.set(this, values);
    return this;
  }

  /** Overwrites all elements, in row-major order, rounding where needed. */
  public Tensor set(float[] values) {
    HostCopy.set(this, values);
    return this;
  }

  /** Overwrites all elements of an integer tensor, in row-major order. */
  public Tensor set(long[] values) {
    HostCopy.set(this, values);
    return this;
  }

  @Override
  public String toString() {
    String layout = isContiguous() ? "" : " strides " + Arrays.toString(strides);
    return dtype().name() + shape + layout + " on " + device();
  }
}
