// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;

/** The order in which the sequences of a dataset are laid end to end. */
final class DocumentIndex {
  private DocumentIndex() {}

  /**
   * All sequences, as often as there are epochs, shuffled together; those of the last epoch are
   * shuffled for themselves if that is separate.
   *
   * @param first the first sequence
   * @param count how many sequences there are
   */
  static int[] build(int first, int count, Epochs epochs, NumpyRandom random) {
    if (epochs.count() > Integer.MAX_VALUE / Math.max(1, count)) {
      throw new DataFormatException(
          "%d passes over %d sequences exceed 2147483647 entries; request fewer samples"
              .formatted(epochs.count(), count));
    }
    int[] index = new int[(int) epochs.count() * count];
    for (int i = 0; i < index.length; i++) {
      index[i] = first + i % count;
    }
    int together = epochs.separateLast() ? index.length - count : index.length;
    random.shuffle(index, 0, together);
    random.shuffle(index, together, index.length);
    return index;
  }
}
