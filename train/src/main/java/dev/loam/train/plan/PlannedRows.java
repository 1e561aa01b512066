// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.train.DataCursor;
import dev.loam.train.DataLoader;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A step of micro batches whose rows are full, each of one document, and whose tokens are all
 * trained on.
 *
 * @param rows of a micro batch
 * @param replicas data-parallel ones
 */
record PlannedRows(int rows, int sequenceLength, @Override int microBatches, int replicas)
    implements DataLoader {
  @Override
  public long stepsPerEpoch() {
    return 1;
  }

  @Override
  public long samplesPerStep() {
    return (long) rows * microBatches * replicas;
  }

  @Override
  public int maxTokens() {
    return Math.multiplyExact(rows, sequenceLength);
  }

  @Override
  public String description() {
    return "rows of " + sequenceLength + " tokens";
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    int tokens = maxTokens();
    int[] starts = IntStream.rangeClosed(0, rows).map(row -> row * sequenceLength).toArray();
    MicroBatch batch =
        new MicroBatch(
            new long[tokens],
            new long[tokens],
            LongStream.range(0, tokens).map(t -> t % sequenceLength).toArray(),
            CuSeqlens.of(starts));
    return Collections.nCopies(microBatches, batch);
  }

  @Override
  public void close() {}
}
