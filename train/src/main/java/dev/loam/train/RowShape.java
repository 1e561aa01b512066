// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.Layout;
import dev.loam.train.config.TrainingConfig;

/**
 * What rows of tokens are like.
 *
 * @param longest the most tokens of a row
 * @param vocabSize the model's; every id is below it
 * @param multiple what the tokens of a micro batch are to be a multiple of
 */
record RowShape(int longest, int vocabSize, int multiple) {
  /** Rows that all have one length, which suits the run. */
  static RowShape equal(int length, int vocabSize) {
    return new RowShape(length, vocabSize, 1);
  }

  /** Rows of any length: sequence parallelism divides the tokens of all of them among ranks. */
  static RowShape of(int longest, TrainingConfig config) {
    Layout layout = config.parallel().layout();
    int multiple = layout.sequenceParallel() ? layout.tensorParallel() : 1;
    return new RowShape(longest, config.model().vocabSize(), multiple);
  }

  /** The most tokens that so many rows have. */
  int room(int rows) {
    return padded(Math.multiplyExact(rows, longest));
  }

  /** A number of tokens, rounded up. */
  int padded(int tokens) {
    return Math.addExact(tokens, multiple - 1) / multiple * multiple;
  }
}
