// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.pipeline.ForwardPipeline;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;

/**
 * Takes the loss of a model over all tokens of held-out data, on the ranks it is spread over.
 * Replicas take batches in turn; the sums of all batches are added in their order, so that the
 * result has the same bits however many replicas there are. Nothing of a training is touched.
 */
final class Evaluator {
  private final Qwen3Model model;
  private final EvaluationData data;

  Evaluator(Qwen3Model model, EvaluationData data) {
    this.model = model;
    this.data = data;
  }

  /** The forward passes of a rank of a model. */
  static ForwardPipeline pipeline(Qwen3Model model, Arena arena, int maxTokens) {
    RankGroups groups = model.groups();
    Layout layout = groups.layout();
    StagePlan plan =
        new StagePlan(
            layout.virtualStages() > 1
                ? PipelineSchedule.INTERLEAVED
                : PipelineSchedule.ONE_F_ONE_B,
            groups.position().stage(),
            layout.pipelineStages(),
            layout.virtualStages(),
            layout.pipelineStages());
    return new ForwardPipeline(
        plan, groups.pipeline(), model.parts(), model.lease(), arena, maxTokens);
  }

  /**
   * Evaluates; all ranks call it and get the same.
   *
   * @param step steps done
   */
  Evaluation evaluate(long step) {
    long began = System.nanoTime();
    ComputeLease lease = model.lease();
    try (Arena arena = lease.newArena(Device.cpu())) {
      long batches = data.batches();
      Tensor sums = arena.allocate(DType.F64, batches);
      Tensor counts = arena.allocate(DType.I64, 1);
      double[] own = new double[(int) batches];
      long tokens = 0;
      ForwardPipeline pipeline = pipeline(model, arena, data.maxTokens());
      ProcessGroup replicas = model.groups().data();
      for (int i = replicas.rank(); i < batches; i += replicas.size()) {
        MicroBatch batch = data.batch(i);
        own[i] = pipeline.loss(batch);
        tokens += batch.trainedTokens();
      }
      pipeline.finish();
      sums.set(own);
      counts.set(new long[] {tokens});
      share(sums, counts);
      double sum = 0;
      for (double each : sums.toDoubles()) {
        sum += each;
      }
      long all = counts.window(0, 1).getLong();
      double seconds = (System.nanoTime() - began) / 1e9;
      return new Evaluation(step, sum / Math.max(1, all), all, seconds);
    }
  }

  /** Each sum is one replica's and 0 on all others, so that adding them rounds nothing. */
  private void share(Tensor sums, Tensor counts) {
    RankGroups groups = model.groups();
    ProcessGroup pipeline = groups.pipeline();
    pipeline.broadcast(sums, pipeline.size() - 1, "losses of the evaluation").await();
    groups.data().allReduce(sums, Reduction.SUM, "losses of the evaluation").await();
    groups.data().allReduce(counts, Reduction.SUM, "tokens of the evaluation").await();
  }
}
