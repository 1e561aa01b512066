// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Batches of random rows. Rows depend on the step and their number in it alone, not on how they are
 * split over micro batches.
 */
record RandomRows(int microBatchSize, ReplicaShare share, long stepsPerEpoch, long unlabelledStep)
    implements DataLoader {
  static final int LENGTH = 8;
  private static final int VOCABULARY = 30;

  RandomRows(int microBatchSize, int microBatches, long stepsPerEpoch) {
    this(microBatchSize, microBatches, stepsPerEpoch, -1);
  }

  RandomRows(int microBatchSize, int microBatches, long stepsPerEpoch, long unlabelledStep) {
    this(microBatchSize, ReplicaShare.whole(microBatches), stepsPerEpoch, unlabelledStep);
  }

  @Override
  public int microBatches() {
    return share.microBatches();
  }

  @Override
  public long samplesPerStep() {
    return (long) microBatchSize * share.microBatches() * share.replicas();
  }

  @Override
  public int maxTokens() {
    return microBatchSize * LENGTH;
  }

  @Override
  public String description() {
    return "random rows";
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    long step = at.epoch() * stepsPerEpoch + at.sample() / samplesPerStep();
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < share.microBatches(); i++) {
      long[] ids = new long[maxTokens()];
      long[] labels = new long[maxTokens()];
      long[] positions = new long[maxTokens()];
      for (int t = 0; t < ids.length; t++) {
        long row = share.place(t / LENGTH, i, microBatchSize);
        SplittableRandom random =
            new SplittableRandom((step % stepsPerEpoch * 1000 + row) * LENGTH + t % LENGTH);
        ids[t] = random.nextInt(VOCABULARY);
        labels[t] = random.nextInt(VOCABULARY);
        if (random.nextInt(4) == 0 || step == unlabelledStep) {
          labels[t] = LossHead.IGNORED;
        }
        positions[t] = t % LENGTH;
      }
      batches.add(new MicroBatch(ids, labels, positions, CuSeqlens.rows(microBatchSize, LENGTH)));
    }
    return batches;
  }

  @Override
  public void close() {}
}
