// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.pytorch.engine.PtNDArray;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Storage;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A flat libtorch tensor, and the native views of it that kernels were given. The same views come
 * back step after step, so they are kept; when they become too many they are dropped and made
 * again.
 */
final class TorchStorage implements Storage {
  private static final int MAX_VIEWS = 1024;

  private final TorchArena arena;
  private final PtNDArray array;
  private final DType dtype;
  private final long elements;
  private final HostWindows windows;
  private final Map<View, NativeView> views = new HashMap<>();

  private record View(Shape shape, Shape strides, long offset) {}

  /** A libtorch tensor, and the same as a TorchScript value. */
  private record NativeView(long tensor, long value) {}

  TorchStorage(TorchArena arena, PtNDArray array, DType dtype, long elements) {
    this.arena = arena;
    this.array = array;
    this.dtype = dtype;
    this.elements = elements;
    this.windows = new HostWindows(array, dtype.bytes(), elements);
  }

  /** The native view of a tensor as a TorchScript value, which stays this storage's. */
  long value(Tensor tensor) {
    return view(tensor).value();
  }

  /** The native view of a tensor, which stays this storage's. */
  long handle(Tensor tensor) {
    return view(tensor).tensor();
  }

  private NativeView view(Tensor tensor) {
    requireOpen();
    long[] strides = new long[tensor.rank()];
    Arrays.setAll(strides, tensor::stride);
    View view = new View(tensor.shape(), Shape.of(strides), tensor.offset());
    return views.computeIfAbsent(view, this::make);
  }

  private NativeView make(View view) {
    long base = arena.djl().value(array.getHandle());
    try {
      long value =
          arena
              .module()
              .call("strided")
              .storage(base)
              .integers(view.shape().toArray())
              .integers(view.strides().toArray())
              .integer(view.offset())
              .result();
      return new NativeView(arena.djl().tensor(value), value);
    } finally {
      arena.djl().deleteValue(base);
    }
  }

  /** Called between kernel calls, when no view is in use. */
  void trimViews() {
    if (views.size() > MAX_VIEWS) {
      dropViews();
    }
  }

  void dropViews() {
    for (NativeView view : views.values()) {
      arena.djl().deleteTensor(view.tensor());
      arena.djl().deleteValue(view.value());
    }
    views.clear();
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public Device device() {
    return arena.device();
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public ByteBuffer window(long offset, long length) {
    requireOpen();
    return windows.window(offset, length);
  }

  @Override
  public void requireOpen() {
    arena.requireOpen();
  }
}
