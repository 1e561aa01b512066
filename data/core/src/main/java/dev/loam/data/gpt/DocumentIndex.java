// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

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
    int[] index = new int[Math.toIntExact(epochs.count() * count)];
    for (int from = 0; from < index.length; from += count) {
      for (int i = 0; i < count; i++) {
        index[from + i] = first + i;
      }
    }
    int together = epochs.separateLast() ? index.length - count : index.length;
    random.shuffle(index, 0, together);
    random.shuffle(index, together, index.length);
    return index;
  }
}
