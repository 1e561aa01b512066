// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.SampleBuffer;

/** Inputs, labels, loss mask, positions and segments out of the tokens of one sample. */
final class SampleMaker {
  private static final int PADDED = 0;

  private final GptOptions options;

  SampleMaker(GptOptions options) {
    this.options = options;
  }

  /**
   * Completes a sample.
   *
   * @param sample its inputs are the tokens of the sample, one more than its length with an extra
   *     token, padded at the end; it is cut where sequences end, if that is wanted
   */
  void complete(SampleBuffer sample) {
    int length = sample.length();
    System.arraycopy(sample.inputIds(), 1, sample.labels(), 0, length);
    if (!options.addExtraTokenToSequence()) {
      sample.labels()[length - 1] = options.pad();
    }
    if (options.cutAfterEod()) {
      cutAfterEod(sample);
    }
    positions(sample);
    if (mask(sample)) {
      replacePad(sample.inputIds(), length);
      replacePad(sample.labels(), length);
    }
  }

  private void cutAfterEod(SampleBuffer sample) {
    int[] inputs = sample.inputIds();
    int eod = options.eod();
    int length = sample.length();
    for (int i = 0; i < length; i++) {
      if (inputs[i] == eod) {
        sample.cutBefore(i + 1);
      }
    }
  }

  private void positions(SampleBuffer sample) {
    int[] positions = sample.positionIds();
    int length = sample.length();
    if (options.resetPositionIds()) {
      int[] inputs = sample.inputIds();
      int eod = options.eod();
      int start = 0;
      for (int i = 0; i < length; i++) {
        positions[i] = i - start;
        start = inputs[i] == eod ? i + 1 : start;
      }
    } else if (options.interDocumentMasking()) {
      for (int s = 0; s < sample.segments(); s++) {
        int start = sample.cuSeqlens()[s];
        for (int i = start; i < sample.cuSeqlens()[s + 1]; i++) {
          positions[i] = i - start;
        }
      }
    } else {
      for (int i = 0; i < length; i++) {
        positions[i] = i;
      }
    }
  }

  /** Sets the loss mask; whether there is padding. */
  private boolean mask(SampleBuffer sample) {
    int[] inputs = sample.inputIds();
    int[] labels = sample.labels();
    boolean[] mask = sample.lossMask();
    int pad = options.pad();
    int length = sample.length();
    boolean padded = inputs[0] == pad;
    for (int i = 0; i < length; i++) {
      boolean isPad = labels[i] == pad;
      mask[i] = !isPad;
      padded |= isPad;
    }
    if (options.eodMaskLoss()) {
      int eod = options.eod();
      for (int i = 0; i < length; i++) {
        mask[i] &= inputs[i] != eod;
      }
    }
    return padded;
  }

  private void replacePad(int[] tokens, int length) {
    for (int i = 0; i < length; i++) {
      if (tokens[i] == options.pad()) {
        tokens[i] = PADDED;
      }
    }
  }
}
