// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What all ranks know of a step: tokens before it and losses after it, of all micro batches of all
 * replicas. Sums are taken in one order, replica by replica, so they are the same on every rank and
 * however many replicas there are.
 */
final class StepTotals {
  private final RankGroups groups;
  private final int microBatches;
  private final Tensor counts;
  private final Tensor losses;
  private final Tensor stop;

  StepTotals(RankGroups groups, Arena arena, int microBatches) {
    this.groups = groups;
    this.microBatches = microBatches;
    long all = (long) groups.data().size() * microBatches;
    counts = arena.allocate(DType.I64, 2 * all);
    losses = arena.allocate(DType.F64, all);
    stop = arena.allocate(DType.I64, 1);
  }

  /** The tokens of all micro batches of the global batch. */
  TokenCounts countTokens(List<MicroBatch> own) {
    ProcessGroup data = groups.data();
    Partition pieces = Partition.even(counts.elements(), data.size());
    ByteBuffer mine = counts.window(pieces.start(data.rank()), pieces.length(data.rank()));
    for (MicroBatch batch : own) {
      mine.putLong(batch.tokens()).putLong(batch.trainedTokens());
    }
    data.allGather(counts, pieces, "token counts").await();
    long[] all = new long[(int) counts.elements()];
    counts.window(0, all.length).asLongBuffer().get(all);
    return new TokenCounts(all, data.size(), microBatches);
  }

  /**
   * The loss of the global batch, on all ranks.
   *
   * @param own the summed losses of this replica's micro batches; those of the last stage count
   */
  double loss(double[] own, TokenCounts tokens, LossReduction reduction) {
    ProcessGroup data = groups.data();
    Partition pieces = Partition.even(losses.elements(), data.size());
    losses.rows(pieces.start(data.rank()), own.length).set(own);
    data.allGather(losses, pieces, "losses").await();
    ProcessGroup pipeline = groups.pipeline();
    pipeline.broadcast(losses, pipeline.size() - 1, "losses").await();
    double[] all = losses.toDoubles();
    double loss = 0;
    for (int i = 0; i < all.length; i++) {
      loss += reduction.scale(tokens, i / microBatches, i % microBatches) * all[i];
    }
    return loss;
  }

  /** Whether any rank wants to stop. */
  boolean anyStops(boolean own) {
    if (groups.world().size() == 1) {
      return own;
    }
    stop.set(new long[] {own ? 1 : 0});
    groups.world().allReduce(stop, Reduction.MAX, "request to stop").await();
    return stop.window(0, 1).getLong() > 0;
  }
}
