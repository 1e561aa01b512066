// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

/**
 * How much a file may ask of its reader. Whatever exceeds a limit is refused before memory is spent
 * on it.
 *
 * @param directoryBytes longest central directory of the archive
 * @param pickleBytes longest {@code data.pkl}
 * @param values most values that the pickle makes, dicts, texts and numbers counted alike
 * @param stackDepth most values on the pickle's stack at once
 * @param tensors most tensors
 * @param rank most dimensions of a tensor
 */
public record TorchLimits(
    int directoryBytes, int pickleBytes, int values, int stackDepth, int tensors, int rank) {
  /** Far above any published checkpoint, and small enough for an ordinary heap. */
  public static final TorchLimits DEFAULT =
      new TorchLimits(32 * 1024 * 1024, 32 * 1024 * 1024, 1_000_000, 100_000, 200_000, 32);

  /** Checks that no limit is negative. */
  public TorchLimits {
    if (Math.min(Math.min(directoryBytes, pickleBytes), values) < 0
        || Math.min(Math.min(stackDepth, tensors), rank) < 0) {
      throw new IllegalArgumentException("a limit is negative");
    }
  }
}
