// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.util.Arrays;

/**
 * A conversation in tokens.
 *
 * @param ids of the tokens
 * @param labels the same, {@link InstructionFiles#IGNORED} where nothing is to be learned; not
 *     shifted
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once, never changed.
record EncodedRow(int[] ids, int[] labels) {
  int length() {
    return ids.length;
  }

  /** Its first tokens. */
  EncodedRow first(int count) {
    return new EncodedRow(Arrays.copyOf(ids, count), Arrays.copyOf(labels, count));
  }
}
