// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.Batches;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.WeightType;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.Parameter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small training under a layout, on thread ranks.
 *
 * @param engine {@code torch} or {@code reference}
 * @param microBatches of all replicas together in a step
 */
record LayoutRun(
    String engine,
    Qwen3Config config,
    Layout layout,
    PipelineSchedule schedule,
    boolean strict,
    int microBatches,
    int steps) {

  /**
   * What came of it.
   *
   * @param steps metrics of each step, as the first rank tells them
   * @param weights of the whole model by name
   * @param memory of each rank
   */
  record Result(List<StepMetrics> steps, Map<String, float[]> weights, List<RankMemory> memory) {}

  /** Trains, exports to a folder and reads the whole model back. */
  Result run(Path folder) {
    List<StepMetrics> told = new ArrayList<>();
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named(engine).lease(1));
      }
      List<RankMemory> memory =
          ThreadRanks.run(
              leases, Duration.ofSeconds(60), (world, lease) -> train(world, lease, told, folder));
      try (Qwen3Model whole = Qwen3Model.open(leases.get(0), folder, 4)) {
        Map<String, float[]> weights = new LinkedHashMap<>();
        for (Parameter parameter : whole.parameters().values()) {
          weights.put(parameter.name(), parameter.value().toFloats());
        }
        return new Result(told, weights, memory);
      }
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private RankMemory train(
      ProcessGroup world, ComputeLease lease, List<StepMetrics> told, Path folder) {
    RankGroups groups = new RankGroups(world, layout);
    ReplicaShare share =
        new ReplicaShare(
            groups.position().data(),
            layout.dataParallel(),
            microBatches / layout.dataParallel(),
            Batches.Dealing.BLOCKS);
    try (Qwen3Model model = Qwen3Model.share(lease, config, 4, groups);
        BatchSource rows = new RandomRows(1, share, steps, -1)) {
      model.initialize(7);
      Trainer.Builder trainer =
          Trainer.builder(model, rows)
              .setSchedule(new LrSchedule.Constant(3e-3, new LrSchedule.WarmUp(0, 0)))
              .optPipelineSchedule(schedule)
              .optBucketElements(3000)
              .optStrict(strict);
      if (world.rank() == 0) {
        trainer.addListener(
            new TrainingListener() {
              @Override
              public void onStep(StepMetrics metrics) {
                told.add(metrics);
              }
            });
      }
      Trainer built = trainer.build();
      StepMetrics unused = built.train();
      model.save(folder, WeightType.FLOAT32);
      return built.memory();
    }
  }
}
