// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.Sample;
import dev.loam.tensor.part.LossHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Some tokens whose predictions are judged, seen without what comes before them.
 *
 * @param labels the token each is to predict, {@link LossHead#IGNORED} for none
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
record LossWindow(int[] ids, long[] labels) {
  /**
   * The windows of a text: each token but the first is predicted once, from those of its window
   * that come before it, of which the last is seen by the next window again.
   *
   * @param length tokens of a window; the last may have fewer
   */
  static List<LossWindow> ofText(int[] text, int length) {
    List<LossWindow> windows = new ArrayList<>();
    for (int start = 0; start + 1 < text.length; start += length) {
      int end = (int) Math.min((long) start + length, text.length - 1);
      long[] labels = Arrays.stream(text, start + 1, end + 1).asLongStream().toArray();
      windows.add(new LossWindow(Arrays.copyOfRange(text, start, end), labels));
    }
    return windows;
  }

  /** A row of which only what is trained is judged. */
  static LossWindow ofSample(Sample sample) {
    long[] labels = new long[sample.length()];
    for (int t = 0; t < labels.length; t++) {
      labels[t] = sample.lossMask()[t] ? sample.labels()[t] : LossHead.IGNORED;
    }
    return new LossWindow(sample.inputIds(), labels);
  }
}
