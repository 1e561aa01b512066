// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

/**
 * How much a file may ask of its reader. Whatever exceeds a limit is refused before memory is spent
 * on it.
 *
 * @param headerBytes longest header; 100,000,000 is what the reference implementation allows
 * @param tensors most tensors in one file
 * @param rank most dimensions of a tensor
 * @param nameLength longest tensor name or key of {@code __metadata__}, in UTF-16 units
 * @param metadataEntries most entries of {@code __metadata__}
 * @param metadataLength all keys and values of {@code __metadata__} together, in UTF-16 units
 * @param shards most files of one folder
 * @param indexBytes longest {@code model.safetensors.index.json}
 */
public record SafetensorsLimits(
    long headerBytes,
    int tensors,
    int rank,
    int nameLength,
    int metadataEntries,
    int metadataLength,
    int shards,
    long indexBytes) {
  /** Far above any published model, and small enough for an ordinary heap. */
  public static final SafetensorsLimits DEFAULT =
      new SafetensorsLimits(
          100_000_000, 200_000, 32, 1024, 10_000, 4 * 1024 * 1024, 1000, 64 * 1024 * 1024);

  /** Checks that no limit is negative. */
  public SafetensorsLimits {
    if (Math.min(headerBytes, indexBytes) < 0
        || Math.min(Math.min(tensors, rank), nameLength) < 0
        || Math.min(Math.min(metadataEntries, metadataLength), shards) < 0) {
      throw new IllegalArgumentException("a limit is negative");
    }
  }
}
