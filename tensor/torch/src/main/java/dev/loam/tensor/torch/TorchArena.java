// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Memory of libtorch's allocator, freed as a whole. */
final class TorchArena implements Arena {
  private final DjlInternals djl;
  private final TorchScriptModule module;
  private final PtNDManager manager;
  private final Device device;
  private final Consumer<TorchArena> onClose;
  private final List<TorchStorage> storages = new ArrayList<>();
  private long allocatedBytes;
  private volatile boolean closed;

  TorchArena(
      DjlInternals djl,
      TorchScriptModule module,
      PtNDManager parent,
      Device device,
      Consumer<TorchArena> onClose) {
    this.djl = djl;
    this.module = module;
    this.device = device;
    this.onClose = onClose;
    ai.djl.Device place =
        device.type().equals("gpu") ? ai.djl.Device.gpu(device.index()) : ai.djl.Device.cpu();
    this.manager = parent.newSubManager(place);
  }

  DjlInternals djl() {
    return djl;
  }

  TorchScriptModule module() {
    return module;
  }

  PtNDManager manager() {
    return manager;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Tensor allocate(DType dtype, long... sizes) {
    requireOpen();
    Shape shape = Shape.of(sizes);
    PtNDArray array =
        JniUtils.createEmptyNdArray(
            manager,
            new ai.djl.ndarray.types.Shape(shape.elements()),
            dataType(dtype),
            manager.getDevice(),
            SparseFormat.DENSE);
    TorchStorage storage = new TorchStorage(this, array, dtype, shape.elements());
    storages.add(storage);
    allocatedBytes += shape.elements() * dtype.bytes();
    return Tensor.of(storage, shape);
  }

  private static DataType dataType(DType dtype) {
    return switch (dtype) {
      case F64 -> DataType.FLOAT64;
      case F32 -> DataType.FLOAT32;
      case I64 -> DataType.INT64;
      // DJL aborts the process when its own bfloat16 type is touched.
      case BF16 -> throw new IllegalArgumentException("the torch engine computes in F32, not BF16");
    };
  }

  @Override
  public long allocatedBytes() {
    return allocatedBytes;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the arena is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      storages.forEach(TorchStorage::dropViews);
      storages.clear();
      manager.close();
      onClose.accept(this);
    }
  }
}
