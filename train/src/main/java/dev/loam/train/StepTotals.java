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
  private final Tensor wishes;

  StepTotals(RankGroups groups, Arena arena, int microBatches) {
    this.groups = groups;
    this.microBatches = microBatches;
    long all = (long) groups.data().size() * microBatches;
    counts = arena.allocate(DType.I64, TokenCounts.PER_MICRO_BATCH * all);
    losses = arena.allocate(DType.F64, all);
    wishes = arena.allocate(DType.I64, 3);
  }

  /** The tokens of all micro batches of the global batch. */
  TokenCounts countTokens(List<MicroBatch> own) {
    ProcessGroup data = groups.data();
    Partition pieces = Partition.even(counts.elements(), data.size());
    ByteBuffer mine = counts.window(pieces.start(data.rank()), pieces.length(data.rank()));
    for (MicroBatch batch : own) {
      mine.putLong(batch.tokens())
          .putLong(batch.trainedTokens())
          .putLong(batch.cuSeqlens().attendedPairs());
    }
    data.allGather(counts, pieces, "token counts").await();
    long[] all = new long[(int) counts.elements()];
    counts.window(0, all.length).asLongBuffer().get(all);
    return new TokenCounts(all, data.size(), microBatches);
  }

  /**
   * The losses of all micro batches, on all ranks.
   *
   * @param own the summed losses of this replica's micro batches; those of the last stage count
   */
  MicroLosses losses(double[] own, TokenCounts tokens) {
    ProcessGroup data = groups.data();
    Partition pieces = Partition.even(losses.elements(), data.size());
    losses.rows(pieces.start(data.rank()), own.length).set(own);
    data.allGather(losses, pieces, "losses").await();
    ProcessGroup pipeline = groups.pipeline();
    pipeline.broadcast(losses, pipeline.size() - 1, "losses").await();
    return new MicroLosses(losses.toDoubles(), tokens);
  }

  /**
   * What ranks tell each other between two steps.
   *
   * @param stop to end the training here
   * @param save to save it here
   * @param writing an earlier save is still being written
   */
  record Wishes(boolean stop, boolean save, boolean writing) {}

  /** What any rank wishes. */
  Wishes anyOf(Wishes own) {
    if (groups.world().size() == 1) {
      return own;
    }
    wishes.set(new long[] {number(own.stop()), number(own.save()), number(own.writing())});
    groups.world().allReduce(wishes, Reduction.MAX, "requests to stop or save").await();
    ByteBuffer all = wishes.window(0, 3);
    return new Wishes(all.getLong() > 0, all.getLong() > 0, all.getLong() > 0);
  }

  private static long number(boolean flag) {
    return flag ? 1 : 0;
  }
}
