// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples.embed;

import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.DataCursor;
import dev.loam.train.DataLoader;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * Rows that count, each from another number, and a model small enough to learn that in a moment.
 *
 * @param stride from one number to the next: 1 upwards, -1 downwards
 */
record Counting(int stride) implements DataLoader {
  private static final int VOCABULARY = 64;
  private static final int ROWS = 4;
  private static final int LENGTH = 32;

  /** 2 layers of hidden size 64, 4 heads of 16 that share 2 keys and values. */
  static final Qwen3Config MODEL =
      new Qwen3Config(
          VOCABULARY, 64, 192, 2, 4, 2, 16, 256, 1e6, 1e-6, 0.02, true, SpecialTokens.none());

  @Override
  public List<MicroBatch> step(DataCursor at) {
    long[] ids = tokens(t -> at.sample() + 7 * (t / LENGTH) + stride * (t % LENGTH));
    long[] labels = tokens(t -> at.sample() + 7 * (t / LENGTH) + stride * (t % LENGTH + 1));
    long[] positions = LongStream.range(0, maxTokens()).map(t -> t % LENGTH).toArray();
    return List.of(new MicroBatch(ids, labels, positions, CuSeqlens.rows(ROWS, LENGTH)));
  }

  private long[] tokens(LongUnaryOperator value) {
    return LongStream.range(0, maxTokens())
        .map(t -> Math.floorMod(value.applyAsLong(t), VOCABULARY))
        .toArray();
  }

  @Override
  public long stepsPerEpoch() {
    return VOCABULARY;
  }

  @Override
  public long samplesPerStep() {
    return ROWS;
  }

  @Override
  public int maxTokens() {
    return ROWS * LENGTH;
  }

  @Override
  public String description() {
    return "counting by " + stride;
  }

  @Override
  public void close() {}
}
