// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import dev.loam.parallel.reduce.HostBuffer;
import dev.loam.tensor.DType;
import dev.loam.tensor.HostMemory;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;

/**
 * Memory of a tensor, by its address. Holds the tensor, so the memory is not collected while a
 * message is under way.
 */
final class Region {
  private final Tensor tensor;
  private final HostBuffer host;
  private final long address;

  private Region(Tensor tensor, HostBuffer host, long address) {
    this.tensor = tensor;
    this.host = host;
    this.address = address;
  }

  /** To be called on a thread that may use the tensor. */
  static Region of(Tensor tensor, String what) {
    HostBuffer host = HostBuffer.of(tensor);
    if (tensor.elements() == 0) {
      return new Region(tensor, host, 0);
    }
    ByteBuffer window = host.window(0);
    if (!window.isDirect()) {
      throw new IllegalArgumentException(
          what + ": MPI needs memory outside of the Java heap, as engines allocate it: " + tensor);
    }
    Pointer start = Native.getDirectBufferPointer(window);
    return new Region(tensor, host, Pointer.nativeValue(start) + host.windowOffset(0));
  }

  /** The whole elements that a buffer holds. */
  static Region of(ByteBuffer memory, DType dtype, String what) {
    return of(HostMemory.of(memory, dtype, memory.capacity() / dtype.bytes()), what);
  }

  DType dtype() {
    return tensor.dtype();
  }

  long elements() {
    return tensor.elements();
  }

  HostBuffer host() {
    return host;
  }

  /** Where an element lies. */
  long address(long element) {
    return address + element * dtype().bytes();
  }
}
