// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.SampleBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A row as it is in the files.
 *
 * @param labels not shifted
 */
@SuppressWarnings("ArrayRecordComponent") // Read, made a sample of, dropped.
record InstructionRow(int[] ids, int[] attentionMask, int[] labels) {
  static InstructionRow read(InstructionData data, int row) {
    int[] attentionMask = data.attentionMask(row);
    for (int i = 0; i < attentionMask.length; i++) {
      int before = i == 0 ? 1 : attentionMask[i - 1];
      boolean padding = i > 0 && attentionMask[i] == 0;
      boolean same = attentionMask[i] == before;
      boolean next = i > 0 && before > 0 && attentionMask[i] == before + 1;
      if (!padding && !same && !next) {
        throw data.wrong(
            row,
            "attention mask %d at token %d, after %d; it numbers the samples of the row from 1, and is"
                    .formatted(attentionMask[i], i, before)
                + " 0 in the padding at the end");
      }
    }
    return new InstructionRow(data.inputIds(row), attentionMask, data.labels(row));
  }

  /** Whether samples are told apart or padding is marked. */
  private boolean isPacked() {
    return ids.length > 0 && attentionMask[ids.length - 1] != 1;
  }

  /** The row without marked padding, and with no more than so many tokens. */
  InstructionRow cut(int sequenceLength) {
    int length = ids.length;
    while (length > 0 && attentionMask[length - 1] == 0) {
      length--;
    }
    if (isPacked() || length <= sequenceLength) {
      return first(Math.min(length, sequenceLength));
    }
    return cutTurns(sequenceLength);
  }

  private InstructionRow first(int length) {
    return length == ids.length ? this : at(IntStream.range(0, length).toArray());
  }

  /** Cuts turn by turn, each by the rule of {@link TurnLengths}, until there is no room left. */
  private InstructionRow cutTurns(int sequenceLength) {
    int[] places = new int[sequenceLength];
    int length = 0;
    int start = 0;
    while (start < ids.length && length < sequenceLength) {
      int answer = end(start, false);
      int end = end(answer, true);
      TurnLengths kept = TurnLengths.within(answer - start, end - answer, sequenceLength - length);
      for (int i = 0; i < kept.question(); i++) {
        places[length++] = start + i;
      }
      for (int i = 0; i < kept.answer(); i++) {
        places[length++] = answer + i;
      }
      start = end;
    }
    return at(Arrays.copyOf(places, length));
  }

  private InstructionRow at(int[] places) {
    return new InstructionRow(
        Arrays.stream(places).map(i -> ids[i]).toArray(),
        Arrays.stream(places).map(i -> attentionMask[i]).toArray(),
        Arrays.stream(places).map(i -> labels[i]).toArray());
  }

  /** Where a run of tokens that are learned, or not, ends. */
  private int end(int start, boolean learned) {
    int end = start;
    while (end < ids.length && (labels[end] != InstructionFiles.IGNORED) == learned) {
      end++;
    }
    return end;
  }

  /**
   * Fills a buffer: the label of a position is that of the next token, unless that one is of
   * another sample; positions start again with each sample.
   */
  void fill(SampleBuffer sample) {
    sample.begin(ids.length);
    System.arraycopy(ids, 0, sample.inputIds(), 0, ids.length);
    int start = 0;
    for (int t = 0; t < ids.length; t++) {
      if (t > 0 && attentionMask[t] != attentionMask[t - 1]) {
        start = t;
        sample.cutBefore(t);
      }
      boolean within = t + 1 < ids.length && attentionMask[t + 1] == attentionMask[t];
      int label = within ? labels[t + 1] : InstructionFiles.IGNORED;
      sample.labels()[t] = label;
      sample.lossMask()[t] = label != InstructionFiles.IGNORED;
      sample.positionIds()[t] = t - start;
    }
  }

  /** Whether any position of the sample has a label. */
  boolean teaches() {
    for (int t = 1; t < ids.length; t++) {
      if (labels[t] != InstructionFiles.IGNORED && attentionMask[t] == attentionMask[t - 1]) {
        return true;
      }
    }
    return false;
  }
}
