// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import dev.loam.tensor.Arena;
import dev.loam.tensor.CheckedKernels;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.EngineThreads;
import dev.loam.tensor.Kernels;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** A leased thread of the reference engine. */
final class ReferenceLease implements ComputeLease {
  private final EngineThreads.Worker worker;
  private final Set<Nd4jArena> arenas;
  private final Kernels kernels;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The arenas made here are in the given set until they are closed. */
  ReferenceLease(EngineThreads.Worker worker, Set<Nd4jArena> arenas) {
    this.worker = worker;
    this.arenas = arenas;
    this.kernels =
        new CheckedKernels(
            new ReferenceKernels(), DType.F64, () -> worker.isCurrent() && !closed.get());
  }

  @Override
  public int threads() {
    return worker.threads();
  }

  @Override
  public Kernels kernels() {
    return kernels;
  }

  @Override
  public DType computeType() {
    return DType.F64;
  }

  @Override
  public Arena newArena(Device device) {
    if (!device.equals(Device.cpu())) {
      throw new IllegalArgumentException("the reference engine has no device " + device);
    }
    Nd4jArena arena = new Nd4jArena(arenas::remove);
    arenas.add(arena);
    return arena;
  }

  @Override
  public <R> R call(Callable<R> work) {
    if (closed.get()) {
      throw new IllegalStateException("the compute lease is closed");
    }
    return worker.call(work);
  }

  @Override
  public <R> Future<R> submit(Callable<R> work) {
    if (closed.get()) {
      throw new IllegalStateException("the compute lease is closed");
    }
    return worker.submit(work);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      worker.close();
    }
  }
}
