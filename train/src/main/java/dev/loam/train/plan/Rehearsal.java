// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.model.Qwen3Model;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.tensor.DType;
import dev.loam.tensor.Kernels;
import dev.loam.train.DataLoader;
import dev.loam.train.StepMetrics;
import dev.loam.train.Trainer;
import dev.loam.train.TrainingRun;
import dev.loam.train.checkpoint.CheckpointSaver;
import dev.loam.train.config.TrainingConfig;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One step of a run as one of its ranks would train it, on memory and kernels that only count. It
 * is the trainer's own code that allocates and computes, so what is counted is what it would do.
 *
 * @param sizes says how much scratch kernels take
 * @param computeType of the engine
 */
record Rehearsal(TrainingConfig config, int sequenceLength, Kernels sizes, DType computeType) {
  RankPlan of(int rank) {
    Layout layout = config.parallel().layout();
    CountingKernels kernels = new CountingKernels(sizes);
    CountingLease lease = new CountingLease(kernels, computeType);
    AtomicLong sent = new AtomicLong();
    RankGroups groups = new RankGroups(CountingGroup.world(layout, rank, sent::addAndGet), layout);
    DataLoader rows =
        new PlannedRows(
            config.batchSize(), sequenceLength, layout.microBatches(), layout.dataParallel());
    try (Qwen3Model model = TrainingRun.newModel(config, lease, groups)) {
      Trainer trainer = TrainingRun.newTrainer(config, model, rows).build();
      StepMetrics unused = trainer.train();
      return new RankPlan(
          rank,
          groups.position(),
          trainer.memory(),
          CheckpointSaver.snapshotBytes(model, config.checkpoints(), trainer.memory().moments()),
          kernels.operations(),
          kernels.movedBytes(),
          sent.get());
    }
  }
}
