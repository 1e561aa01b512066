// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.BatchSource;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** One micro batch of random tokens a step, the same in every run. */
final class RandomBatches implements BatchSource {
  private final int rows;
  private final int length;
  private final int vocabSize;
  private final long steps;

  RandomBatches(int rows, int length, int vocabSize, long steps) {
    this.rows = rows;
    this.length = length;
    this.vocabSize = vocabSize;
    this.steps = steps;
  }

  @Override
  public long stepsPerEpoch() {
    return steps;
  }

  @Override
  public long samplesPerStep() {
    return rows;
  }

  @Override
  public int maxTokens() {
    return Math.multiplyExact(rows, length);
  }

  @Override
  public String description() {
    return "random tokens, " + rows + " x " + length;
  }

  @Override
  public List<MicroBatch> step(long step) {
    Random random = new Random(step);
    LongStream ids = random.longs(maxTokens(), 0, vocabSize);
    LongStream labels = random.longs(maxTokens(), 0, vocabSize);
    LongStream positions =
        IntStream.range(0, rows).flatMap(r -> IntStream.range(0, length)).asLongStream();
    return List.of(
        new MicroBatch(
            ids.toArray(), labels.toArray(), positions.toArray(), CuSeqlens.rows(rows, length)));
  }

  @Override
  public void close() {}
}
