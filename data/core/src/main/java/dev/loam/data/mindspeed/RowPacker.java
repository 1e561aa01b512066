// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Keeps rows and puts them together into sequences of one length, padded at the end. */
final class RowPacker {
  private final int sequenceLength;
  private final boolean neat;
  private final int pad;
  private final List<EncodedRow> rows = new ArrayList<>();

  RowPacker(int sequenceLength, boolean neat, int pad) {
    this.sequenceLength = sequenceLength;
    this.neat = neat;
    this.pad = pad;
  }

  /** Keeps a row that is shorter than the sequence. */
  void add(EncodedRow row) {
    rows.add(row);
  }

  /** Writes all sequences; a token of each is always padding. */
  void writeTo(InstructionWriter writer) throws IOException {
    List<Integer> lengths = rows.stream().map(EncodedRow::length).toList();
    for (List<Integer> knapsack : Knapsacks.fill(lengths, sequenceLength - 1)) {
      write(knapsack, writer);
    }
  }

  private void write(List<Integer> knapsack, InstructionWriter writer) throws IOException {
    int[] ids = filled(pad);
    int[] attentionMask = filled(neat ? 0 : 1);
    int[] labels = filled(InstructionFiles.IGNORED);
    int at = 0;
    int number = 0;
    for (int place : knapsack) {
      EncodedRow row = rows.get(place);
      number++;
      System.arraycopy(row.ids(), 0, ids, at, row.length());
      System.arraycopy(row.labels(), 0, labels, at, row.length());
      Arrays.fill(attentionMask, at, at + row.length(), neat ? number : 1);
      at += row.length();
    }
    writer.add(ids, attentionMask, labels);
  }

  private int[] filled(int value) {
    int[] all = new int[sequenceLength];
    Arrays.fill(all, value);
    return all;
  }
}
