// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Twelve steps of a tiny model on one rank or two replicas, the last of which is poisoned.
 *
 * @param told what the first rank is told
 * @param saved checkpoints of these steps were told of
 * @param rolledBack bad steps and where they led back to
 */
record HealthRun(
    Layout layout,
    CheckpointFolder checkpoints,
    List<StepMetrics> told,
    List<Long> saved,
    List<String> rolledBack,
    Map<String, float[]> weights) {
  static final long STEPS = 12;
  static final Qwen3Config CONFIG =
      new Qwen3Config(30, 16, 24, 2, 4, 2, 8, 16, 1e4, 1e-6, 0.1, true, SpecialTokens.none());

  static HealthRun of(Layout layout, Path folder) {
    return new HealthRun(
        layout,
        new CheckpointFolder(folder),
        new ArrayList<>(),
        new ArrayList<>(),
        new ArrayList<>(),
        new LinkedHashMap<>());
  }

  /** Another run of the same kind; nothing of it is known yet. */
  HealthRun again(Path folder) {
    return of(layout, folder);
  }

  /** Trains on batches that are poisoned, saving every so many steps. */
  HealthRun train(
      UnaryOperator<DataLoader> poison, int every, UnaryOperator<TrainerBuilder> change) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named("torch").lease(1));
      }
      ThreadRanks.run(
          leases,
          Duration.ofSeconds(60),
          (world, lease) -> train(world, lease, poison, every, change));
      return this;
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private StepMetrics train(
      ProcessGroup world,
      ComputeLease lease,
      UnaryOperator<DataLoader> poison,
      int every,
      UnaryOperator<TrainerBuilder> change) {
    RankGroups groups = new RankGroups(world, layout);
    int replicas = layout.dataParallel();
    ReplicaShare share =
        new ReplicaShare(
            groups.position().data(), replicas, 2 / replicas, Batches.Dealing.CONSECUTIVE);
    boolean last = world.rank() == world.size() - 1;
    DataLoader rows = new RandomRows(2, share, STEPS, -1);
    try (Qwen3Model model = Qwen3Model.share(lease, CONFIG, 8, groups);
        DataLoader batches = last ? poison.apply(rows) : rows) {
      model.initialize(1);
      TrainerBuilder trainer =
          Trainer.builder(model, batches)
              .setSchedule(step -> 1e-2)
              .optCheckpoints(
                  checkpoints, CheckpointPolicy.DEFAULT.withEverySteps(every).withKeepLatest(0));
      if (batches instanceof Poison poisoned) {
        trainer.optObserver(poisoned).optClock(poisoned);
      }
      if (world.rank() == 0) {
        trainer.addListener(listener());
      }
      StepMetrics metrics = change.apply(trainer).build().train();
      if (world.rank() == 0) {
        model.parameters().values().forEach(p -> weights.put(p.name(), p.value().toFloats()));
      }
      return metrics;
    }
  }

  private TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void onStep(StepMetrics metrics) {
        told.add(metrics);
      }

      @Override
      public void onCheckpoint(long step, Path checkpoint) {
        saved.add(step);
      }

      @Override
      public void onRollBack(long badStep, long step) {
        rolledBack.add(badStep + " -> " + step);
        told.removeIf(metrics -> metrics.step() > step);
      }
    };
  }

  /** Step, loss, norm and outcome of what was told and not taken back. */
  List<String> lines() {
    return told.stream()
        .map(m -> m.step() + " " + m.loss() + " " + m.gradientNorm() + " " + m.outcome())
        .toList();
  }
}
