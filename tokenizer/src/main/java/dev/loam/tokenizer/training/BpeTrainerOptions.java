// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.nio.file.Path;

/**
 * The means with which {@link ByteLevelBpeTrainer} works. None of them changes the result.
 *
 * @param threads threads that count words, at least 1
 * @param memoryBytes what all counts together may take while words are counted; beyond it they are
 *     moved to temporary files
 * @param temporaryFolder where a folder for temporary files is made when one is needed; it is
 *     removed in the end
 * @param listener told of the progress
 */
public record BpeTrainerOptions(
    int threads, long memoryBytes, Path temporaryFolder, BpeTrainingListener listener) {
  private static final int HEAP_SHARE = 4;

  /** Checks the values. */
  public BpeTrainerOptions {
    if (threads < 1) {
      throw new IllegalArgumentException("threads is " + threads + ", must be at least 1");
    }
    if (memoryBytes < 1) {
      throw new IllegalArgumentException("memoryBytes is " + memoryBytes + ", must be at least 1");
    }
  }

  /** One thread, a quarter of the largest Java heap, the system's folder for temporary files. */
  public static BpeTrainerOptions defaults() {
    return new BpeTrainerOptions(
        1,
        Runtime.getRuntime().maxMemory() / HEAP_SHARE,
        Path.of(System.getProperty("java.io.tmpdir")),
        new BpeTrainingListener() {});
  }

  /** The same with so many threads. */
  public BpeTrainerOptions withThreads(int count) {
    return new BpeTrainerOptions(count, memoryBytes, temporaryFolder, listener);
  }

  /** The same with another limit of memory. */
  public BpeTrainerOptions withMemoryBytes(long bytes) {
    return new BpeTrainerOptions(threads, bytes, temporaryFolder, listener);
  }

  /** The same with temporary files elsewhere. */
  public BpeTrainerOptions withTemporaryFolder(Path folder) {
    return new BpeTrainerOptions(threads, memoryBytes, folder, listener);
  }

  /** The same with another listener. */
  public BpeTrainerOptions withListener(BpeTrainingListener newListener) {
    return new BpeTrainerOptions(threads, memoryBytes, temporaryFolder, newListener);
  }
}
