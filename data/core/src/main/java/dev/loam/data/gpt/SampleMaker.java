// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.Sample;
import java.util.Arrays;

/** Inputs, labels, loss mask, positions and segments out of the tokens of one sample. */
final class SampleMaker {
  private static final int PADDED = 0;

  private final GptOptions options;

  SampleMaker(GptOptions options) {
    this.options = options;
  }

  /**
   * One sample.
   *
   * @param text {@code sequenceLength + extra} tokens, padded at the end
   * @param sequenceEnds positions in {@code text} where a sequence ends, not falling
   */
  Sample make(int[] text, int[] sequenceEnds) {
    int length = options.sequenceLength();
    int[] inputs = Arrays.copyOf(text, length);
    int[] labels = labels(text);
    boolean[] ends = new boolean[length];
    for (int i = 0; i < length; i++) {
      ends[i] = inputs[i] == options.eod();
    }
    boolean[] lossMask = lossMask(ends, labels);
    replacePad(inputs);
    replacePad(labels);
    if (options.interDocumentMasking()) {
      boolean[] cuts = sequenceCuts(sequenceEnds);
      return new Sample(inputs, labels, lossMask, positions(cuts), segments(cuts));
    }
    boolean[] none = new boolean[length];
    return new Sample(
        inputs,
        labels,
        lossMask,
        positions(options.resetPositionIds() ? ends : none),
        segments(options.resetAttentionMask() ? ends : none));
  }

  private int[] labels(int[] text) {
    int[] labels = Arrays.copyOfRange(text, 1, options.sequenceLength() + 1);
    if (!options.addExtraTokenToSequence()) {
      labels[labels.length - 1] = options.pad();
    }
    return labels;
  }

  private boolean[] lossMask(boolean[] ends, int[] labels) {
    boolean[] mask = new boolean[labels.length];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = labels[i] != options.pad() && !(options.eodMaskLoss() && ends[i]);
    }
    return mask;
  }

  private void replacePad(int[] tokens) {
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] == options.pad()) {
        tokens[i] = PADDED;
      }
    }
  }

  private boolean[] sequenceCuts(int[] sequenceEnds) {
    boolean[] cuts = new boolean[options.sequenceLength()];
    for (int end : sequenceEnds) {
      if (end > 0 && end <= cuts.length) {
        cuts[end - 1] = true;
      }
    }
    return cuts;
  }

  /** Positions that start again after every cut. */
  private static int[] positions(boolean[] cutAfter) {
    int[] positions = new int[cutAfter.length];
    for (int i = 1; i < positions.length; i++) {
      positions[i] = cutAfter[i - 1] ? 0 : positions[i - 1] + 1;
    }
    return positions;
  }

  /** Segments that end with every cut, and with the sample. */
  private static int[] segments(boolean[] cutAfter) {
    int length = cutAfter.length;
    int[] bounds = new int[length + 1];
    int count = 1;
    for (int i = 0; i < length; i++) {
      if (cutAfter[i] || i == length - 1) {
        bounds[count++] = i + 1;
      }
    }
    return Arrays.copyOf(bounds, count);
  }
}
