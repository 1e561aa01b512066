// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.model.Qwen3Config;
import dev.loam.parallel.Layout;
import dev.loam.train.machine.ProcessMemory;

/**
 * What a process takes beside the memory that its ranks allocate. The part that is there before the
 * training starts is measured; what comes on top of it was measured in the runs that
 * benchmarks/NOTES.md lists, of which these numbers are a fit.
 */
final class Overhead {
  private static final long MIB = 1 << 20;

  /** Where it cannot be measured. */
  private static final long STARTED = 230 * MIB;

  /** Java's heap and compiled code, and the library's memory, once a training has used them. */
  private static final long GROWTH = 44 * MIB;

  /** Stacks, packed matrices and fragments of each rank. */
  private static final long RANK = 4 * MIB;

  /** Rows up to this length need nothing more. */
  private static final int SHORT_ROW = 512;

  /** Copies of what a longer row has more of queries, where a rank has several threads. */
  private static final long COPIES = 22;

  private Overhead() {}

  /**
   * Bytes of a process.
   *
   * @param ranks of the process
   * @param threads of each rank
   */
  static long bytes(Qwen3Config model, Layout layout, int sequenceLength, int ranks, int threads) {
    long heads = model.heads() / layout.tensorParallel();
    long longer = Math.max(0, sequenceLength - SHORT_ROW) * heads * model.headSize() * Float.BYTES;
    return ProcessMemory.resident().orElse(STARTED)
        + GROWTH
        + ranks * (RANK + (threads > 1 ? COPIES * longer : 0));
  }
}
