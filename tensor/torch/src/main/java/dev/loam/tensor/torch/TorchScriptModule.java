// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.torch;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.EngineException;
import dev.loam.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The kernels as loaded into libtorch, and calling them by name. One module serves all threads; the
 * tensors of a call may not be used by another thread meanwhile.
 */
final class TorchScriptModule {
  /** The sources of all kernels. */
  static final List<String> KERNELS =
      List.of(
          "linear.py",
          "rms_norm.py",
          "rotary.py",
          "swiglu.py",
          "rows.py",
          "attention.py",
          "cross_entropy.py",
          "optimizer.py",
          "moving.py");

  private final DjlInternals djl;
  private final PtSymbolBlock module;

  TorchScriptModule(DjlInternals djl, NDManager manager, List<String> sources) {
    this.djl = djl;
    try {
      byte[] archive = TorchScriptArchive.of(sources);
      module =
          JniUtils.loadModule(
              (PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
    } catch (IOException e) {
      throw new EngineException("cannot load the kernels", e);
    }
  }

  /** Starts a call; arguments follow in the order of the kernel's source. */
  Call call(String kernel) {
    return new Call(kernel);
  }

  /** Runs a kernel of nothing but tensors. */
  void run(String kernel, Tensor... tensors) {
    Call call = call(kernel);
    for (Tensor tensor : tensors) {
      call = call.tensor(tensor);
    }
    call.run();
  }

  /** One call under construction. */
  final class Call {
    private final String kernel;
    private final List<TorchStorage> storages = new ArrayList<>();
    private long[] values = new long[12];
    private boolean[] owned = new boolean[12];
    private int count;

    private Call(String kernel) {
      this.kernel = kernel;
    }

    Call tensor(Tensor tensor) {
      return add(storage(tensor).value(tensor), false);
    }

    private TorchStorage storage(Tensor tensor) {
      TorchStorage storage = (TorchStorage) tensor.storage();
      storages.add(storage);
      return storage;
    }

    Call tensors(List<Tensor> tensors) {
      long[] handles = tensors.stream().mapToLong(t -> storage(t).handle(t)).toArray();
      return add(djl.tensorsValue(handles), true);
    }

    Call number(double number) {
      return add(djl.value(number), true);
    }

    Call integer(long integer) {
      return add(djl.integerValue(integer), true);
    }

    Call flag(boolean flag) {
      return add(djl.value(flag), true);
    }

    Call integers(long... integers) {
      return add(djl.integersValue(integers), true);
    }

    Call documents(CuSeqlens documents) {
      return integers(documents.toArray());
    }

    Call storage(long value) {
      return add(value, false);
    }

    private Call add(long value, boolean own) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
        owned = Arrays.copyOf(owned, 2 * count);
      }
      values[count] = value;
      owned[count++] = own;
      return this;
    }

    /** Runs the kernel. */
    void run() {
      djl.deleteValue(result());
    }

    /** Runs a method that gives a flag. */
    boolean answer() {
      long result = result();
      try {
        return djl.flag(result);
      } finally {
        djl.deleteValue(result);
      }
    }

    /** Runs a method, giving its result as a value for the caller to delete. */
    long result() {
      try {
        return djl.runMethod(module.getHandle(), kernel, Arrays.copyOf(values, count));
      } finally {
        for (int i = 0; i < count; i++) {
          if (owned[i]) {
            djl.deleteValue(values[i]);
          }
        }
        storages.forEach(TorchStorage::trimViews);
      }
    }
  }
}
