// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

import java.util.concurrent.Callable;
import java.util.concurrent.Future;

/**
 * A thread of an engine, leased. All computation of its holder runs there: native settings (grad
 * mode, executor mode, the number of OpenMP threads) belong to threads, and warmed threads are
 * reused.
 */
public interface ComputeLease extends AutoCloseable {
  /** How many cores a kernel is spread over. */
  int threads();

  /** The engine's kernels, behind argument checks. To be called inside {@link #call} only. */
  Kernels kernels();

  /** The type that parameters, activations and gradients have. */
  DType computeType();

  /** A new arena; its owner closes it. */
  Arena newArena(Device device);

  /**
   * Runs work on the leased thread and waits for it. Unchecked exceptions arrive as they were
   * thrown, checked ones inside an {@link EngineException}. An interrupt of the caller is passed on
   * to the work, whose end is still awaited. Work that is already on the leased thread is run at
   * once.
   */
  <R> R call(Callable<R> work);

  /**
   * Starts work on the leased thread and does not wait for it. Its future gives what {@link #call}
   * would, exceptions as causes; cancelling interrupts the work.
   */
  <R> Future<R> submit(Callable<R> work);

  /** {@link #call} without a result. */
  default void run(Runnable work) {
    Object unused =
        call(
            () -> {
              work.run();
              return Boolean.TRUE;
            });
  }

  /** Gives the thread back. Closing twice does nothing. */
  @Override
  void close();
}
