// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.gpt.Split;
import java.util.OptionalLong;

/**
 * Which rows of instruction data are samples, and in which order.
 *
 * @param sequenceLength the most tokens of a sample; longer rows are cut
 * @param seed of the order, from 0 to 2^32 - 1
 * @param shuffle whether rows come in random order, another one in every epoch, or as in the files
 * @param samples as many epochs are laid one after the other as give so many; one by default
 * @param split shares of training, validation and test, such as {@code 100,0,0}
 * @param phase which of the three it is
 */
public record MindSpeedSampleOptions(
    int sequenceLength,
    long seed,
    boolean shuffle,
    OptionalLong samples,
    String split,
    Split phase) {
  /** Checks the length. */
  public MindSpeedSampleOptions {
    if (sequenceLength < 1) {
      throw new IllegalArgumentException("a sequence length of " + sequenceLength);
    }
  }
}
