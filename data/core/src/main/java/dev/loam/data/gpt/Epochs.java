// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import java.util.OptionalLong;

/**
 * How often the data is gone through to give the samples asked for.
 *
 * @param count passes over the data, at least 1
 * @param separateLast whether the last pass is shuffled apart from the others, which is done when
 *     less than four fifths of it are needed: else those samples would be favoured
 * @param samplesBeforeLast whole samples in all passes but the last
 */
record Epochs(long count, boolean separateLast, long samplesBeforeLast) {
  private static final double ENOUGH_OF_LAST = 0.80;

  /**
   * As few passes as give enough samples.
   *
   * @param tokensPerEpoch tokens in one pass, at least 1
   * @param samples samples asked for; one pass if nothing is
   * @param sequenceLength tokens from one sample to the next
   * @param extra tokens a sample is longer than that: 0 or 1
   */
  static Epochs plan(long tokensPerEpoch, OptionalLong samples, int sequenceLength, int extra) {
    if (samples.isEmpty()) {
      return new Epochs(1, false, 0);
    }
    long requested = samples.getAsLong();
    long neededTokens = Math.addExact(Math.multiplyExact(requested, sequenceLength), extra);
    long count = Math.max(1, (neededTokens - 1) / tokensPerEpoch + 1);
    if (count == 1) {
      return new Epochs(1, false, 0);
    }
    long beforeLast = (Math.multiplyExact(count - 1, tokensPerEpoch) - extra) / sequenceLength;
    long fromLast = requested - beforeLast;
    long perEpoch = (tokensPerEpoch - extra) / sequenceLength;
    return new Epochs(count, fromLast < (long) (ENOUGH_OF_LAST * perEpoch), beforeLast);
  }
}
