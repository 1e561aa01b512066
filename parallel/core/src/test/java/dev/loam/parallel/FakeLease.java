// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * A lease of no engine: for schedules, which ask it for nothing but a type, and for ranks.
 *
 * @param thread runs what is submitted
 */
public record FakeLease(Optional<ExecutorService> thread) implements ComputeLease {
  /** Without a thread. */
  public FakeLease() {
    this(Optional.empty());
  }

  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Kernels kernels() {
    throw new UnsupportedOperationException("no kernels");
  }

  @Override
  public DType computeType() {
    return DType.F32;
  }

  @Override
  public Arena newArena(Device device) {
    return new HeapArena();
  }

  @Override
  public <R> R call(Callable<R> work) {
    throw new UnsupportedOperationException("no thread");
  }

  @Override
  public <R> Future<R> submit(Callable<R> work) {
    return thread.orElseThrow().submit(work);
  }

  @Override
  public void close() {}
}
