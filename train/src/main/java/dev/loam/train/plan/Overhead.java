// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

/**
 * What a process takes beside the memory that its ranks allocate. The part that is there before the
 * training starts is measured; what comes on top of it was measured in runs of many layouts.
 */
final class Overhead {
  private static final long MIB = 1 << 20;

  /** Where it cannot be measured. */
  private static final long STARTED = 350 * MIB;

  /** Java's heap and compiled code, and the library's memory, once a training has used them. */
  private static final long GROWTH = 40 * MIB;

  /** Stacks, packed matrices and fragments of each rank. */
  private static final long RANK = 10 * MIB;

  private Overhead() {}

  static long bytes(int ranks) {
    return ProcessMemory.resident().orElse(STARTED) + GROWTH + RANK * ranks;
  }
}
