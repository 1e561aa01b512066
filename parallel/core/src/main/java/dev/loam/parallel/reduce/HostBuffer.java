// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The memory of a contiguous tensor on the CPU, of any size: windows of at most 1 GiB, addressed by
 * element. Immutable, and holds no position, so several threads may read and write different
 * elements at once. Must not be used after the tensor's arena is closed.
 */
public final class HostBuffer {
  private static final int SEGMENT_BYTES = 1 << 30;
  private static final HostBuffer EMPTY = new HostBuffer(DType.I64, 0, 1, new ByteBuffer[0]);

  private final DType dtype;
  private final long base;
  private final long elements;
  private final int segmentElements;
  private final ByteBuffer[] segments;
  private final FloatBuffer[] floats;
  private final DoubleBuffer[] doubles;
  private final LongBuffer[] longs;

  private HostBuffer(DType dtype, long elements, int segmentElements, ByteBuffer[] segments) {
    this.dtype = dtype;
    this.base = 0;
    this.elements = elements;
    this.segmentElements = segmentElements;
    this.segments = segments;
    floats = new FloatBuffer[dtype == DType.F32 ? segments.length : 0];
    Arrays.setAll(floats, i -> segments[i].asFloatBuffer());
    doubles = new DoubleBuffer[dtype == DType.F64 ? segments.length : 0];
    Arrays.setAll(doubles, i -> segments[i].asDoubleBuffer());
    longs = new LongBuffer[dtype == DType.I64 ? segments.length : 0];
    Arrays.setAll(longs, i -> segments[i].asLongBuffer());
  }

  private HostBuffer(HostBuffer whole, long start, long length) {
    dtype = whole.dtype;
    base = whole.base + start;
    elements = length;
    segmentElements = whole.segmentElements;
    segments = whole.segments;
    floats = whole.floats;
    doubles = whole.doubles;
    longs = whole.longs;
  }

  /** No elements, of type I64. */
  public static HostBuffer empty() {
    return EMPTY;
  }

  /**
   * The memory of a tensor. To be called on a thread that may use the tensor.
   *
   * @throws IllegalArgumentException if the tensor is not contiguous or not on the CPU
   */
  public static HostBuffer of(Tensor tensor) {
    return of(tensor, SEGMENT_BYTES);
  }

  /** With segments of another size, for tests. */
  static HostBuffer of(Tensor tensor, int segmentBytes) {
    CallChecks.requireHostMemory(tensor);
    int perSegment = segmentBytes / tensor.dtype().bytes();
    long elements = tensor.elements();
    ByteBuffer[] segments =
        new ByteBuffer[Math.toIntExact((elements + perSegment - 1) / perSegment)];
    for (int i = 0; i < segments.length; i++) {
      long start = (long) i * perSegment;
      segments[i] = tensor.window(start, Math.min(perSegment, elements - start));
    }
    return new HostBuffer(tensor.dtype(), elements, perSegment, segments);
  }

  /** The type of the elements. */
  public DType dtype() {
    return dtype;
  }

  /** The number of elements. */
  public long elements() {
    return elements;
  }

  /** The elements from {@code start} on, in the same memory. */
  public HostBuffer part(long start, long length) {
    requireRange(start, length);
    return new HostBuffer(this, start, length);
  }

  /** Copies elements to another buffer of the same type; the two do not overlap. */
  public void copyTo(long start, HostBuffer destination, long destinationStart, long length) {
    requireRange(start, length);
    destination.requireRange(destinationStart, length);
    if (dtype != destination.dtype) {
      throw new IllegalArgumentException(dtype + " elements into " + destination.dtype);
    }
    int bytes = dtype.bytes();
    for (long done = 0; done < length; ) {
      long from = start + done;
      long to = destinationStart + done;
      long run = Math.min(run(from), destination.run(to));
      int n = (int) Math.min(length - done, run);
      destination
          .window(to)
          .put(destination.index(to) * bytes, window(from), index(from) * bytes, n * bytes);
      done += n;
    }
  }

  /**
   * The window that holds an element, for native calls; its position and limit must be left alone.
   */
  public ByteBuffer window(long element) {
    return segments[segment(element)];
  }

  /** Where in its window an element is, in bytes. */
  public int windowOffset(long element) {
    return index(element) * dtype.bytes();
  }

  /** How many elements lie back to back from this one on, before the window or this part ends. */
  public long run(long element) {
    return Math.min(elements - element, segmentElements - index(element));
  }

  void read(long start, float[] into, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      FloatBuffer unused = floats[segment(start + done)].get(index(start + done), into, done, n);
      done += n;
    }
  }

  void write(long start, float[] from, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      FloatBuffer unused = floats[segment(start + done)].put(index(start + done), from, done, n);
      done += n;
    }
  }

  void read(long start, double[] into, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      DoubleBuffer unused = doubles[segment(start + done)].get(index(start + done), into, done, n);
      done += n;
    }
  }

  void write(long start, double[] from, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      DoubleBuffer unused = doubles[segment(start + done)].put(index(start + done), from, done, n);
      done += n;
    }
  }

  void read(long start, long[] into, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      LongBuffer unused = longs[segment(start + done)].get(index(start + done), into, done, n);
      done += n;
    }
  }

  void write(long start, long[] from, int length) {
    for (int done = 0; done < length; ) {
      int n = (int) Math.min(length - done, run(start + done));
      LongBuffer unused = longs[segment(start + done)].put(index(start + done), from, done, n);
      done += n;
    }
  }

  void requireRange(long start, long length) {
    if (start < 0 || length < 0 || start > elements - length) {
      throw new IndexOutOfBoundsException(
          "elements " + start + "+" + length + " of a buffer of " + elements);
    }
  }

  private int segment(long element) {
    return (int) ((base + element) / segmentElements);
  }

  private int index(long element) {
    return (int) ((base + element) % segmentElements);
  }

  @Override
  public String toString() {
    return dtype + "[" + elements + "]";
  }
}
