// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Direct access to a flat libtorch tensor. On the CPU its memory never moves, so libtorch is asked
 * for it once: for all of it, or for segments where it is beyond the reach of one buffer, 2 GiB;
 * what crosses the border of two is asked for each time. Tensors of other devices are copied at
 * each call. Safe for use by several threads.
 */
final class HostWindows {
  /** Whole elements of any type. */
  private static final long SEGMENT_BYTES = 1L << 30;

  private final PtNDArray array;
  private final int elementBytes;
  private final long elements;
  private final long segmentElements;
  private final boolean onCpu;

  /** Immutable once published: each buffer is only ever sliced. */
  private volatile ByteBuffer[] segments = {};

  HostWindows(PtNDArray array, int elementBytes, long elements) {
    this.array = array;
    this.elementBytes = elementBytes;
    this.elements = elements;
    this.segmentElements =
        elements * elementBytes <= Integer.MAX_VALUE ? elements : SEGMENT_BYTES / elementBytes;
    this.onCpu = array.getDevice().equals(Device.cpu());
  }

  /** The bytes of a run of elements, in native order. */
  ByteBuffer window(long offset, long length) {
    if (offset < 0 || length < 0 || offset > elements - length) {
      throw new IndexOutOfBoundsException(
          "window " + offset + "+" + length + " of " + elements + " elements");
    }
    if (length > Integer.MAX_VALUE / elementBytes) {
      throw new IllegalArgumentException(
          "a window holds at most 2 GiB, not "
              + length
              + " elements of "
              + elementBytes
              + " bytes");
    }
    if (length == 0) {
      return ByteBuffer.allocate(0).order(ByteOrder.nativeOrder());
    }
    long segment = offset / segmentElements;
    long start = offset - segment * segmentElements;
    if (!onCpu || start + length > segmentElements) {
      return ask(offset, length);
    }
    return segments()[(int) segment]
        .slice((int) start * elementBytes, (int) length * elementBytes)
        .order(ByteOrder.nativeOrder());
  }

  /** Two threads that find none both ask, and get the same. */
  private ByteBuffer[] segments() {
    ByteBuffer[] known = segments;
    if (known.length == 0) {
      known = new ByteBuffer[Math.toIntExact((elements - 1) / segmentElements + 1)];
      for (int i = 0; i < known.length; i++) {
        long from = i * segmentElements;
        known[i] = ask(from, Math.min(segmentElements, elements - from));
      }
      segments = known;
    }
    return known;
  }

  private ByteBuffer ask(long offset, long length) {
    PtNDArray part = JniUtils.slice(array, 0, offset, offset + length, 1);
    try {
      return JniUtils.getByteBuffer(part, true);
    } finally {
      part.close();
    }
  }
}
