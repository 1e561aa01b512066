// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.config.ConfigException;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.plan.MachineSpeed;
import dev.loam.train.plan.MemoryCheck;
import dev.loam.train.plan.RankPlan;
import dev.loam.train.plan.RunPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a plan counts is what a training allocates and computes. */
class RunPlanTest {
  private static final Engine ENGINE = Engine.named("torch");
  private static final OptionalDouble RATE = OptionalDouble.of(1e9);

  @TempDir private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TinyConfig tiny;

  @BeforeEach
  void config() {
    tiny = new TinyConfig(folder);
  }

  private static Map<String, String> layout(int dp, int tp, int pp, String... more) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("parallel_config.data_parallel", "" + dp);
    all.put("parallel_config.model_parallel", "" + tp);
    all.put("parallel_config.pipeline_stage", "" + pp);
    all.put("parallel_config.micro_batch_num", pp > 1 ? "" + 2 / dp : "1");
    all.put("runner_config.gradient_accumulation_steps", "" + 2 / dp);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  static Stream<Map<String, String>> layouts() {
    return Stream.of(
        layout(1, 1, 1),
        layout(1, 1, 1, "recompute_config.recompute", "True", "determinism", "D2"),
        layout(2, 1, 1, "parallel.enable_parallel_optimizer", "True"),
        layout(1, 2, 1, "parallel_config.use_seq_parallel", "True"),
        layout(1, 1, 2, "recompute_config.recompute", "[1, 0]"),
        layout(2, 2, 2, "parallel.enable_parallel_optimizer", "True"));
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void ranksAllocateWhatWasPlanned(Map<String, String> overrides) {
    TrainingConfig config = tiny.with(overrides);
    RunPlan plan = RunPlan.of(config, ENGINE, 1, RATE);
    assertThat(plan.ranks().stream().map(RankPlan::memory)).isEqualTo(train(config));
  }

  private static List<RankMemory> train(TrainingConfig config) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < config.parallel().layout().worldSize(); rank++) {
        leases.add(ENGINE.lease(1));
      }
      return ThreadRanks.run(
          leases, Duration.ofSeconds(60), (world, lease) -> train(world, lease, config));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static RankMemory train(ProcessGroup world, ComputeLease lease, TrainingConfig config) {
    RankGroups groups = new RankGroups(world, config.parallel().layout());
    try (Qwen3Model model = TrainingRun.newModel(config, lease, groups);
        DataLoader batches = TrainingData.batches(lease, config, groups.position().data())) {
      model.initialize(1);
      Trainer trainer = TrainingRun.newTrainer(config, model, batches).optTotalSteps(1).build();
      StepMetrics unused = trainer.train();
      return trainer.memory();
    }
  }

  /** Forward once, backward twice; of a recomputed layer all but the last matrix once more. */
  @Test
  void operationsAreThoseOfTheMatrices() {
    TrainingConfig config = tiny.with(Map.of("runner_config.gradient_accumulation_steps", "1"));
    Qwen3Config model = config.model();
    double q = (double) model.heads() * model.headSize();
    double kv = (double) model.keyValueHeads() * model.headSize();
    double withoutDown =
        model.hiddenSize() * (2 * q + 2 * kv + 2.0 * model.intermediateSize()) * model.layers();
    double down = (double) model.hiddenSize() * model.intermediateSize() * model.layers();
    double head = (double) model.hiddenSize() * model.vocabSize();
    int rows = 2;
    int length = 8;
    double pairs = length * (length + 1.0) / 2;
    double scores = 2 * q * rows * pairs * model.layers();
    double tokens = (double) rows * length;
    double step = 6 * tokens * (withoutDown + down + head) + 7 * scores;
    assertThat(operations(Map.of())).isEqualTo(step);
    assertThat(operations(Map.of("recompute_config.recompute", "True")))
        .isEqualTo(step + 2 * tokens * withoutDown + 2 * scores);
  }

  private double operations(Map<String, String> overrides) {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.put("parallel_config.data_parallel", "2");
    all.put("runner_config.gradient_accumulation_steps", "1");
    return RunPlan.of(tiny.with(all), ENGINE, 1, RATE).ranks().get(0).operations();
  }

  @Test
  void aRunThatDoesNotFitIsRefusedWithRemedies() throws Exception {
    TrainingConfig config = tiny.with(layout(2, 1, 1));
    RunPlan plan = RunPlan.of(config, ENGINE, 1, RATE);
    MemoryCheck.require(config, plan);
    RunPlan small = withLimit(plan, plan.bytes() - 1);
    assertThatThrownBy(() -> MemoryCheck.require(config, small))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("recompute_config.recompute")
        .hasMessageContaining("enable_parallel_optimizer")
        .hasMessageContaining("runner_config.batch_size")
        .hasMessageContaining("memory_check: False");
    MemoryCheck.require(config, withLimit(plan, plan.bytes()));
    Map<String, String> all = layout(2, 1, 1, "memory_check", "False");
    MemoryCheck.require(tiny.with(all), small);
    assertThat(Files.exists(tiny.output())).isFalse();
  }

  private static RunPlan withLimit(RunPlan plan, long limit) {
    return new RunPlan(
        plan.layout(),
        plan.ranks(),
        plan.localRanks(),
        plan.process(),
        plan.processes(),
        limit,
        new MachineSpeed(1, 1),
        plan.computeThreads(),
        plan.tokens());
  }
}
