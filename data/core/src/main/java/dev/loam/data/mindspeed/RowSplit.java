// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.gpt.Split;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A run of rows, those of one phase. */
record RowSplit(int first, int count) {
  private static final int PHASES = 3;
  private static final Pattern SHARE = Pattern.compile("\\d+(?:\\.\\d*)?|\\.\\d+");

  /**
   * Rows as Megatron-LM's older datasets share them out, which rounds every share by itself.
   *
   * @param shares of training, validation and test
   */
  static RowSplit of(Split phase, String shares, int rows) {
    double[] values = new double[PHASES];
    double sum = 0;
    int given = 0;
    for (MatchResult number : SHARE.matcher(shares).results().toList()) {
      if (given == PHASES) {
        throw new DataFormatException("split \"" + shares + "\": more than three shares");
      }
      values[given] = Double.parseDouble(number.group());
      sum += values[given++];
    }
    if (!(sum > 0)) {
      throw new DataFormatException(
          "split \"" + shares + "\": no share above 0; write for example \"100,0,0\"");
    }
    int[] bounds = new int[PHASES + 1];
    for (int i = 0; i < PHASES; i++) {
      bounds[i + 1] = bounds[i] + (int) Math.rint(values[i] / sum * rows);
    }
    int surplus = bounds[PHASES] - rows;
    for (int i = 1; i <= PHASES; i++) {
      bounds[i] = Math.max(bounds[i] - surplus, 0);
    }
    int place = List.of(Split.TRAIN, Split.VALID, Split.TEST).indexOf(phase);
    int count = bounds[place + 1] - bounds[place];
    if (count <= 0) {
      throw new DataFormatException(
          "split \"%s\" leaves none of %d rows for %s"
              .formatted(
                  shares,
                  rows,
                  switch (phase) {
                    case TRAIN -> "training";
                    case VALID -> "validation";
                    case TEST -> "test";
                  }));
    }
    return new RowSplit(bounds[place], count);
  }
}
