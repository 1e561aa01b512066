// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts a stream of samples into rows of one length. */
final class CutRows {
  private CutRows() {}

  /**
   * Rows as {@link InstructionSamples} has them.
   *
   * @param starts where each sample begins, and the end of the last
   * @param length tokens of a row
   * @param together how many samples make a stream; the next ones begin a new row
   */
  static List<int[]> of(int[] starts, int length, int together) {
    List<int[]> rows = new ArrayList<>();
    for (int first = 0; first < starts.length - 1; first += together) {
      int last = (int) Math.min(starts.length - 1L, (long) first + together);
      cut(Arrays.copyOfRange(starts, first, last + 1), length, rows);
    }
    return rows;
  }

  private static void cut(int[] starts, int length, List<int[]> rows) {
    int end = starts[starts.length - 1];
    int sample = 0;
    for (int from = starts[0]; from < end; from += Math.min(length, end - from)) {
      int to = Math.min(end - from, length) + from;
      List<Integer> pieces = new ArrayList<>();
      for (int at = from; at < to; ) {
        while (starts[sample + 1] <= at) {
          sample++;
        }
        pieces.add(at);
        at = Math.min(to, starts[sample + 1]);
        pieces.add(at);
      }
      rows.add(pieces.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
