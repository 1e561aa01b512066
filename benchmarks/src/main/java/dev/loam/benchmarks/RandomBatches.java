// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.DataCursor;
import dev.loam.train.DataLoader;
import dev.loam.train.ReplicaShare;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Micro batches of random tokens, the same in every run: of each step those of one replica. */
final class RandomBatches implements DataLoader {
  private final int rows;
  private final int length;
  private final int vocabSize;
  private final long steps;
  private final ReplicaShare share;

  RandomBatches(int rows, int length, int vocabSize, long steps, ReplicaShare share) {
    this.share = share;
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
    return (long) rows * share.microBatches() * share.replicas();
  }

  @Override
  public int microBatches() {
    return share.microBatches();
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
  public List<MicroBatch> step(DataCursor at) {
    long first = at.sample();
    return IntStream.range(0, share.microBatches())
        .mapToObj(i -> microBatch(first + share.place(0, i, rows)))
        .toList();
  }

  private MicroBatch microBatch(long firstSample) {
    Random random = new Random(firstSample);
    LongStream ids = random.longs(maxTokens(), 0, vocabSize);
    LongStream labels = random.longs(maxTokens(), 0, vocabSize);
    LongStream positions =
        IntStream.range(0, rows).flatMap(r -> IntStream.range(0, length)).asLongStream();
    return new MicroBatch(
        ids.toArray(), labels.toArray(), positions.toArray(), CuSeqlens.rows(rows, length));
  }

  @Override
  public void close() {}
}
