// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

/** The order in which samples are given out. */
final class ShuffleIndex {
  private ShuffleIndex() {}

  /** All samples, shuffled; those of a separate last epoch among themselves, after the others. */
  static int[] build(int samples, Epochs epochs, NumpyRandom random) {
    int[] index = new int[samples];
    for (int i = 0; i < samples; i++) {
      index[i] = i;
    }
    int together = epochs.separateLast() ? (int) epochs.samplesBeforeLast() : samples;
    random.shuffle(index, 0, together);
    random.shuffle(index, together, samples);
    return index;
  }
}
