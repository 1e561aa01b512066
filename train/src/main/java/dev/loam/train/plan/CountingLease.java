// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.EngineException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Computes nothing, on the caller's thread.
 *
 * @param computeType that of the engine whose computing is rehearsed
 */
record CountingLease(CountingKernels kernels, DType computeType) implements ComputeLease {
  @Override
  public int threads() {
    return 1;
  }

  @Override
  public Arena newArena(Device device) {
    return new CountingArena();
  }

  @Override
  public <R> R call(Callable<R> work) {
    try {
      return work.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new EngineException("work failed", e);
    }
  }

  @Override
  public <R> Future<R> submit(Callable<R> work) {
    return CompletableFuture.completedFuture(call(work));
  }

  @Override
  public void close() {}
}
