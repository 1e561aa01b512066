// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

/**
 * A record as tokens, of any length. The arrays belong to the sample.
 *
 * @param ids all of it
 * @param labels for each id what is to be predicted after it, {@link #IGNORED} where nothing is
 */
@SuppressWarnings("ArrayRecordComponent") // A carrier between two steps, never compared.
record EncodedSample(int[] ids, int[] labels) {
  /** The label of a position that is not trained. */
  static final int IGNORED = -100;

  int length() {
    return ids.length;
  }

  /** Whether any of the first positions is trained. */
  boolean isTrained(int positions) {
    for (int t = 0; t < positions; t++) {
      if (labels[t] != IGNORED) {
        return true;
      }
    }
    return false;
  }
}
