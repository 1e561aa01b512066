// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.sharded.Storage;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.mpi.Agreement;
import dev.loam.parallel.mpi.DisagreementException;
import dev.loam.parallel.mpi.MpiRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.train.StepMetrics;
import dev.loam.train.StopRequest;
import dev.loam.train.TrainingListener;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.ConfigException;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.plan.MemoryCheck;
import dev.loam.train.plan.RunPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** One rank of a training, each a process of an MPI job. */
final class MpiTraining {
  /** How long ranks without a usable configuration wait for the others. */
  private static final Duration START = Duration.ofMinutes(2);

  /** Enough to tell two lists of problems apart. */
  private static final int COMPARED = 8192;

  private final Streams streams;
  private final int threads;

  /**
   * A rank.
   *
   * @param threads compute threads of this machine, which its ranks share
   */
  MpiTraining(Streams streams, int threads) {
    this.streams = streams;
    this.threads = threads;
  }

  /** What came of reading the configuration; all ranks have to agree on it before they start. */
  private record Attempt(Optional<TrainingConfig> config, Optional<RuntimeException> problem) {
    static Attempt of(Supplier<TrainingConfig> configuration) {
      try {
        return new Attempt(Optional.of(configuration.get()), Optional.empty());
      } catch (ConfigException | UsageException e) {
        return new Attempt(Optional.empty(), Optional.of(e));
      }
    }

    Duration deadline() {
      return config.map(c -> c.parallel().deadline()).orElse(START);
    }

    String outcome() {
      String text =
          problem
              .map(e -> String.valueOf(e.getMessage()))
              .or(() -> config.map(TrainingConfig::digest))
              .orElseThrow();
      return text.substring(0, Math.min(COMPARED, text.length()));
    }
  }

  /** Runs this process's rank in a job and gives the exit code. */
  int run(MpiJob job, Supplier<TrainingConfig> configuration) {
    Attempt attempt = Attempt.of(configuration);
    return job.run(attempt.deadline(), ranks -> train(ranks, agreed(ranks.world(), attempt)));
  }

  private static TrainingConfig agreed(ProcessGroup world, Attempt attempt) {
    try {
      Agreement.requireSame(world, "configuration", attempt.outcome());
    } catch (DisagreementException e) {
      throw new MpiJob.CommonException(
          new UsageException(
              e.getMessage() + "; start all with the same file and the same options", e));
    }
    attempt
        .problem()
        .ifPresent(
            problem -> {
              throw new MpiJob.CommonException(problem);
            });
    TrainingConfig config = attempt.config().orElseThrow();
    Layout layout = config.parallel().layout();
    if (world.size() != layout.worldSize()) {
      throw new MpiJob.CommonException(wrongSize(layout, world.size()));
    }
    return config;
  }

  private static UsageException wrongSize(Layout layout, int started) {
    return new UsageException(
        String.format(
            "%s needs %d processes, but %d were started; use mpirun -n %d, or change"
                + " parallel_config",
            layout.describe(), layout.worldSize(), started, layout.worldSize()));
  }

  private int train(MpiRanks ranks, TrainingConfig config) {
    ProcessGroup world = ranks.world();
    if (config.monitor().printStructure()) {
      return world.rank() == 0 ? TrainCommand.printStructure(config, streams) : ExitCodes.OK;
    }
    StopRequest stop = new StopRequest();
    TrainingRun run = new TrainingRun(config, stop, Storage.disk());
    Engine engine = Engine.named(LoadedModel.ENGINE);
    try (StopSignals signals = StopSignals.handle(stop, streams);
        ComputeLease lease = engine.lease(Math.max(1, threads / ranks.localRanks()))) {
      RunPlan plan = plan(ranks, lease, config);
      List<TrainingListener> listeners =
          world.rank() == 0
              ? List.of(TrainingConsole.of(streams, config, lease, world.size()))
              : List.of();
      StepMetrics last = lease.call(() -> run.run(world, lease, listeners));
      if (world.rank() == 0) {
        TrainCommand.sayEnd(config, run, last, streams);
        streams.say(PlanText.outcome(plan, last));
      }
      return signals.exitCode();
    }
  }

  /** The plan of this machine; if any machine's memory does not suffice, no rank starts. */
  private static RunPlan plan(MpiRanks ranks, ComputeLease lease, TrainingConfig config) {
    int local = ranks.localRanks();
    RunPlan plan = RunPlan.of(config, lease, local, local, OptionalDouble.empty());
    Optional<ConfigException> problem = MemoryCheck.problem(config, plan);
    lease.run(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            Tensor any = arena.allocate(DType.I64, 1).set(new long[] {problem.isPresent() ? 1 : 0});
            ranks.world().allReduce(any, Reduction.MAX, "memory that does not suffice").await();
            if (any.window(0, 1).getLong() > 0) {
              throw new MpiJob.CommonException(
                  problem.orElseGet(
                      () ->
                          new ConfigException(
                              List.of("the memory of another machine of this job is too small"))));
            }
          }
        });
    return plan;
  }
}
