// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.parallel.Layout;
import dev.loam.train.RankMemory;
import dev.loam.train.config.ConfigException;
import dev.loam.train.config.TrainingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.ToLongFunction;

/** Refuses runs that the machine has not enough memory for. */
public final class MemoryCheck {
  private static final double MIB = 1 << 20;

  private MemoryCheck() {}

  /**
   * Checks that a run fits into the machine, unless {@code memory_check} is off.
   *
   * @throws ConfigException if it does not, with what takes how much and what would take less
   */
  public static void require(TrainingConfig config, RunPlan plan) {
    problem(config, plan)
        .ifPresent(
            problem -> {
              throw problem;
            });
  }

  /** What {@link #require} would throw. */
  public static Optional<ConfigException> problem(TrainingConfig config, RunPlan plan) {
    return config.parallel().memoryCheck() && !plan.fits()
        ? Optional.of(new ConfigException(List.of(message(config, plan))))
        : Optional.empty();
  }

  private static String message(TrainingConfig config, RunPlan plan) {
    StringJoiner parts = new StringJoiner(", ");
    parts.add(part("weights", plan, RankMemory::weights));
    parts.add(part("gradients", plan, RankMemory::gradients));
    parts.add(part("moments", plan, RankMemory::moments));
    parts.add(part("activations", plan, RankMemory::activations));
    return String.format(
        Locale.ROOT,
        "the run needs %,.0f MiB of memory, and this machine has %,.0f (%s, of %d ranks together);"
            + " %s; or try all the same with memory_check: False",
        plan.bytes() / MIB,
        plan.limit() / MIB,
        parts,
        plan.localRanks(),
        String.join("; ", remedies(config)));
  }

  private static String part(String name, RunPlan plan, ToLongFunction<RankMemory> bytes) {
    long sum =
        plan.ranks().stream().limit(plan.localRanks()).map(RankPlan::memory).mapToLong(bytes).sum();
    return String.format(Locale.ROOT, "%s %,.0f", name, sum / MIB);
  }

  private static List<String> remedies(TrainingConfig config) {
    Layout layout = config.parallel().layout();
    List<String> remedies = new ArrayList<>();
    if (!config.recompute().all()) {
      remedies.add("recompute_config.recompute: True keeps fewer activations");
    }
    if (layout.dataParallel() > 1 && !layout.shardedOptimizer()) {
      remedies.add("parallel.enable_parallel_optimizer: True divides the moments");
    }
    if (config.batchSize() > 1) {
      remedies.add("a smaller runner_config.batch_size, with more micro batches, takes less");
    }
    remedies.add(
        "shorter rows or a smaller model take less; model_parallel and pipeline_stage divide the"
            + " model among machines");
    return remedies;
  }
}
