// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

/**
 * Told how far the training of a tokenizer is. Called often, and always from the thread that called
 * {@link ByteLevelBpeTrainer}, so it should return fast.
 */
public interface BpeTrainingListener {
  /**
   * Words of files are being counted.
   *
   * @param doneBytes bytes read so far of all files of this call
   * @param totalBytes their sizes together
   */
  default void counting(long doneBytes, long totalBytes) {}

  /**
   * Counting is over, and merging begins.
   *
   * @param words the number of distinct words
   */
  default void counted(long words) {}

  /**
   * Pairs are being merged.
   *
   * @param doneTokens tokens made so far, those there were from the start left out
   * @param wantedTokens tokens that fill the vocabulary; training may end before
   */
  default void merging(int doneTokens, int wantedTokens) {}
}
