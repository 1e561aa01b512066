// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.data.loader.RecordTable;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Rows to fine-tune on, made of records and held in memory: eight bytes for each token. The same
 * records and options give the same rows. Immutable and safe to share among threads; closing it
 * does nothing.
 */
public final class InstructionSamples implements SampleSource {
  private final int[] ids;
  private final int[] labels;
  private final List<int[]> rows;
  private final OptionalInt padTo;
  private final int padToken;
  private final int longest;
  private final InstructionCounts counts;

  /**
   * Rows of pieces of a stream of tokens.
   *
   * @param rows for each row where its pieces begin and end: begin, end, begin, end, ...
   * @param padTo the length of all rows, if they are padded
   */
  InstructionSamples(
      int[] ids,
      int[] labels,
      List<int[]> rows,
      OptionalInt padTo,
      int padToken,
      InstructionCounts counts) {
    this.ids = ids;
    this.labels = labels;
    this.rows = List.copyOf(rows);
    this.padTo = padTo;
    this.padToken = padToken;
    this.counts = counts;
    this.longest =
        Math.max(
            padTo.orElse(0), rows.stream().mapToInt(InstructionSamples::tokens).max().orElse(0));
  }

  /**
   * Makes rows of all records of a table.
   *
   * @throws DataFormatException naming the record that cannot be used, or if nothing is left
   */
  public static InstructionSamples of(RecordTable records, InstructionOptions options) {
    return new SampleMaker(options).make(records);
  }

  private static int tokens(int[] pieces) {
    int tokens = 0;
    for (int i = 0; i < pieces.length; i += 2) {
      tokens += pieces[i + 1] - pieces[i];
    }
    return tokens;
  }

  /** The most tokens of a row. */
  public int longest() {
    return longest;
  }

  /** What became of the records. */
  public InstructionCounts counts() {
    return counts;
  }

  @Override
  public long size() {
    return rows.size();
  }

  @Override
  public Sample get(long index) {
    SampleBuffer buffer = new SampleBuffer();
    read(index, buffer);
    return buffer.toSample();
  }

  @Override
  public void read(long index, SampleBuffer into) {
    int[] pieces = rows.get((int) Objects.checkIndex(index, size()));
    int tokens = tokens(pieces);
    into.begin(padTo.orElse(tokens));
    int at = 0;
    for (int i = 0; i < pieces.length; i += 2) {
      into.cutBefore(at);
      for (int t = pieces[i]; t < pieces[i + 1]; t++) {
        put(into, at++, ids[t], labels[t], t - pieces[i]);
      }
    }
    into.cutBefore(at);
    for (int t = at; t < into.length(); t++) {
      put(into, t, padToken, EncodedSample.IGNORED, t - at);
    }
  }

  private static void put(SampleBuffer into, int at, int id, int label, int position) {
    into.inputIds()[at] = id;
    into.labels()[at] = label;
    into.lossMask()[at] = label != EncodedSample.IGNORED;
    into.positionIds()[at] = position;
  }

  @Override
  public void close() {}
}
