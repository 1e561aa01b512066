// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

/** Is told what a stage has computed and when; for benchmarks and traces. */
@FunctionalInterface
public interface PipelineListener {
  /**
   * Called after each pass, on the thread of the stage. Waiting for other stages lies between the
   * passes.
   *
   * @param startNanos by {@link System#nanoTime}
   * @param endNanos by the same clock
   */
  void computed(Action action, long startNanos, long endNanos);
}
