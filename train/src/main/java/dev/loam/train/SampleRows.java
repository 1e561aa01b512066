// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.DataFormatException;
import dev.loam.data.SampleBuffer;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.DropoutKeys;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import java.util.Arrays;
import java.util.function.Consumer;

/** Makes a micro batch of samples, each a row. */
final class SampleRows {
  private final RowShape shape;
  private final String where;
  private final long[] ids;
  private final long[] labels;
  private final long[] positions;
  private final long[] dropoutKeys;
  private int[] starts;
  private int documents;
  private int tokens;

  /**
   * Without rows.
   *
   * @param rows the most rows
   * @param where the rows come from, for messages
   */
  SampleRows(int rows, RowShape shape, String where) {
    this.shape = shape;
    this.where = where;
    int room = shape.room(rows);
    ids = new long[room];
    labels = new long[room];
    positions = new long[room];
    dropoutKeys = new long[room];
    starts = new int[rows + 2];
  }

  /**
   * Adds what is read into a buffer.
   *
   * @param place of the row in its global batch
   */
  void add(SampleBuffer row, long place, Consumer<SampleBuffer> reader) {
    reader.accept(row);
    starts = Arrays.copyOf(starts, Math.max(starts.length, documents + row.segments() + 2));
    for (int segment = 0; segment < row.segments(); segment++) {
      starts[documents++] = tokens + row.cuSeqlens()[segment];
    }
    for (int t = 0; t < row.length(); t++) {
      boolean trained = row.lossMask()[t];
      ids[tokens] = inVocabulary(row.inputIds()[t]);
      labels[tokens] = trained ? inVocabulary(row.labels()[t]) : LossHead.IGNORED;
      dropoutKeys[tokens] = DropoutKeys.key(place, t);
      positions[tokens++] = row.positionIds()[t];
    }
  }

  /** All rows, and padding as far as the shape asks for it: a document that is not trained. */
  MicroBatch toMicroBatch() {
    int padded = shape.padded(tokens);
    if (padded > tokens) {
      starts[documents++] = tokens;
      Arrays.fill(labels, tokens, padded, LossHead.IGNORED);
      for (int t = tokens; t < padded; t++) {
        positions[t] = (long) t - tokens;
      }
      tokens = padded;
    }
    starts[documents] = tokens;
    return new MicroBatch(
        Arrays.copyOf(ids, tokens),
        Arrays.copyOf(labels, tokens),
        Arrays.copyOf(positions, tokens),
        CuSeqlens.of(Arrays.copyOf(starts, documents + 1)),
        DropoutKeys.of(Arrays.copyOf(dropoutKeys, tokens)));
  }

  private int inVocabulary(int id) {
    if (id < 0 || id >= shape.vocabSize()) {
      throw new DataFormatException(
          "token id "
              + id
              + " in the "
              + where
              + " is outside the model's vocabulary of "
              + shape.vocabSize()
              + "; preprocess the data with the model's tokenizer or raise vocab_size");
    }
    return id;
  }
}
