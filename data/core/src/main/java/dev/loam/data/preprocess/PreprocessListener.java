// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

/** Hears of progress, on the thread that runs the preprocessing. */
public interface PreprocessListener {
  /** After every few documents, in quick succession. */
  default void onBatch(PreprocessProgress progress) {}

  /** Whenever the number of documents is a multiple of the log interval. */
  default void onInterval(PreprocessProgress progress) {}
}
