// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.EngineThreads;
import dev.loam.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/** A thread without an engine, for ranks that are left hanging. */
record PlainLease(EngineThreads.Worker worker) implements ComputeLease {
  static List<ComputeLease> several(int count) {
    EngineThreads threads = new EngineThreads("plain", count, n -> {});
    List<ComputeLease> leases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      leases.add(new PlainLease(threads.lease(1)));
    }
    return leases;
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
    throw new UnsupportedOperationException("no memory");
  }

  @Override
  public <R> R call(Callable<R> work) {
    return worker.call(work);
  }

  @Override
  public <R> Future<R> submit(Callable<R> work) {
    return worker.submit(work);
  }

  @Override
  public void close() {
    worker.close();
  }
}
