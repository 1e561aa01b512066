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
import java.util.function.UnaryOperator;

/**
 * A small training under a layout, on thread ranks.
 *
 * @param engine {@code torch} or {@code reference}
 * @param microBatches of all replicas together in a step
 * @param rows of each micro batch
 */
public record LayoutRun(
    String engine,
    Qwen3Config config,
    Layout layout,
    PipelineSchedule schedule,
    boolean strict,
    LossReduction reduction,
    int microBatches,
    int rows) {
  static final int STEPS = 20;
  static final long SEED = 7;
  private static final double RATE = 1e-3;

  /** A strict run over eight micro batches of one row, on the torch engine. */
  public static LayoutRun of(Qwen3Config config, Layout layout) {
    return new LayoutRun(
        "torch", config, layout, PipelineSchedule.ONE_F_ONE_B, true, LossReduction.PER_TOKEN, 8, 1);
  }

  LayoutRun withEngine(String name) {
    return new LayoutRun(name, config, layout, schedule, strict, reduction, microBatches, rows);
  }

  LayoutRun withLayout(Layout other) {
    return new LayoutRun(engine, config, other, schedule, strict, reduction, microBatches, rows);
  }

  LayoutRun withSchedule(PipelineSchedule other) {
    return new LayoutRun(engine, config, layout, other, strict, reduction, microBatches, rows);
  }

  /** Not strict. */
  LayoutRun loose() {
    return new LayoutRun(engine, config, layout, schedule, false, reduction, microBatches, rows);
  }

  public LayoutRun withReduction(LossReduction other) {
    return new LayoutRun(engine, config, layout, schedule, strict, other, microBatches, rows);
  }

  LayoutRun withMicroBatches(int count, int rowsOfEach) {
    return new LayoutRun(engine, config, layout, schedule, strict, reduction, count, rowsOfEach);
  }

  /**
   * What came of it.
   *
   * @param steps metrics of each step, as the first rank tells them
   * @param weights of the whole model by name
   * @param memory of each rank
   */
  public record Result(
      List<StepMetrics> steps, Map<String, float[]> weights, List<RankMemory> memory) {}

  /** Trains, exports to a folder and reads the whole model back. */
  Result run(Path folder) {
    return run(folder, trainer -> trainer);
  }

  /** Likewise, of a trainer that is changed on every rank. */
  public Result run(Path folder, UnaryOperator<TrainerBuilder> change) {
    List<StepMetrics> told = new ArrayList<>();
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named(engine).lease(1));
      }
      List<RankMemory> memory =
          ThreadRanks.run(
              leases,
              Duration.ofSeconds(60),
              (world, lease) -> train(world, lease, told, folder, change));
      try (Qwen3Model whole = Qwen3Model.open(leases.get(0), folder, 4)) {
        return new Result(told, weights(whole), memory);
      }
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  /** What a run starts with. */
  static Map<String, float[]> initialWeights(Qwen3Config config) {
    try (ComputeLease lease = Engine.named("torch").lease(1);
        Qwen3Model model = Qwen3Model.allocate(lease, config, 4)) {
      model.initialize(SEED);
      return weights(model);
    }
  }

  private static Map<String, float[]> weights(Qwen3Model whole) {
    Map<String, float[]> weights = new LinkedHashMap<>();
    for (Parameter parameter : whole.parameters().values()) {
      weights.put(parameter.name(), parameter.value().toFloats());
    }
    return weights;
  }

  private RankMemory train(
      ProcessGroup world,
      ComputeLease lease,
      List<StepMetrics> told,
      Path folder,
      UnaryOperator<TrainerBuilder> change) {
    RankGroups groups = new RankGroups(world, layout);
    ReplicaShare share =
        new ReplicaShare(
            groups.position().data(),
            layout.dataParallel(),
            microBatches / layout.dataParallel(),
            strict ? Batches.Dealing.BLOCKS : Batches.Dealing.CONSECUTIVE);
    try (Qwen3Model model = Qwen3Model.share(lease, config, 4, groups);
        DataLoader batches = new RandomRows(rows, share, STEPS, -1)) {
      model.initialize(SEED);
      TrainerBuilder trainer =
          Trainer.builder(model, batches)
              .setSchedule(new LrSchedule.Constant(RATE, new LrSchedule.WarmUp(0, 0)))
              .optPipelineSchedule(schedule)
              .optReduction(reduction)
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
      Trainer built = change.apply(trainer).build();
      StepMetrics unused = built.train();
      model.save(folder, WeightType.FLOAT32);
      return built.memory();
    }
  }

  @Override
  public String toString() {
    return String.format(
        "%s %s %s%s%s%s%s",
        engine,
        layout.describe(),
        schedule,
        config.tiedEmbeddings() ? " tied" : "",
        layout.sequenceParallel() ? " sequence" : "",
        layout.shardedOptimizer() ? " sharded" : "",
        strict ? " strict" : "");
  }
}
