// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.sharded.Storage;
import dev.loam.model.ParameterCatalog;
import dev.loam.parallel.mpi.MpiRanks;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.train.StepMetrics;
import dev.loam.train.StopRequest;
import dev.loam.train.TrainingListener;
import dev.loam.train.TrainingRun;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.plan.MemoryCheck;
import dev.loam.train.plan.RunPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Trains a model. */
@Command(
    name = "train",
    description = {
      "Trains a model from a MindFormers YAML file.",
      "Any key of the file can be set on the command line, as --section.key value."
    },
    customSynopsis = "loam train --config FILE [--threads N] [--explain] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TrainCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "MindFormers YAML file.")
  private Path config;

  @Option(
      names = "--explain",
      description =
          "Writes the configuration that counts, with the origin of each value, and runs nothing.")
  private boolean explain;

  @Spec private CommandSpec spec;

  @Unmatched private List<String> overrides = new ArrayList<>();

  TrainCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (explain) {
      streams.out().print(TrainingConfig.resolve(config, dottedValues(overrides)).explained());
      return ExitCodes.OK;
    }
    if (MpiRanks.launched()) {
      return new MpiTraining(streams, threads.count())
          .run(new MpiJob(ErrorReport.of(spec, streams)), this::read);
    }
    TrainingConfig config = read();
    return config.monitor().printStructure()
        ? printStructure(config, streams)
        : train(config, threads.count(), streams);
  }

  private TrainingConfig read() {
    return TrainingConfig.read(config, dottedValues(overrides));
  }

  /** Names the parameters and their shapes instead of training. */
  static int printStructure(TrainingConfig config, Streams streams) {
    new ParameterCatalog(config.model())
        .entries()
        .forEach(entry -> streams.out().print(entry.name() + " " + entry.shape() + "\n"));
    return ExitCodes.OK;
  }

  /** Runs a training on threads of this process and gives the exit code. */
  static int train(TrainingConfig config, int threads, Streams streams) {
    int ranks = config.parallel().layout().worldSize();
    if (ranks > RankOptions.MOST) {
      throw new UsageException(
          config.parallel().layout().describe()
              + " is more than "
              + RankOptions.MOST
              + " threads of one process; start processes with mpirun -n "
              + ranks);
    }
    StopRequest stop = new StopRequest();
    TrainingRun run = new TrainingRun(config, stop, Storage.disk());
    Engine engine = Engine.named(LoadedModel.ENGINE);
    RunPlan plan = RunPlan.of(config, engine, threads, OptionalDouble.empty());
    MemoryCheck.require(config, plan);
    try (StopSignals signals = StopSignals.handle(stop, streams)) {
      StepMetrics last =
          run.runOnThreads(engine, threads, List.of(console(config, engine, threads, streams)));
      sayEnd(config, run, last, streams);
      streams.say(PlanText.outcome(plan, last));
      return signals.exitCode();
    }
  }

  private static TrainingListener console(
      TrainingConfig config, Engine engine, int threads, Streams streams) {
    try (ComputeLease lease = engine.lease(threads)) {
      return TrainingConsole.of(streams, config, lease, 1);
    }
  }

  /** Says where the outcome is. */
  static void sayEnd(TrainingConfig config, TrainingRun run, StepMetrics last, Streams streams) {
    streams.say(
        last.isComplete()
            ? config.pet().isPresent()
                ? "adapter saved in " + run.adapterFolder()
                : "model saved in " + run.modelFolder()
            : "stopped after step "
                + last.step()
                + "; to go on: --resume_training True --load_checkpoint "
                + config.outputDir());
  }

  /**
   * Pairs {@code --a.b value}, {@code --a.b=value} and {@code --options a.b=value c.d=value}; the
   * last of several for one key counts.
   */
  static Map<String, String> dottedValues(List<String> arguments) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("--") || argument.length() < 3) {
        throw new UsageException(
            "not understood: "
                + argument
                + "; expected --section.key VALUE (see loam train --help)");
      }
      int equals = argument.indexOf('=');
      if (argument.equals("--options")) {
        i = options(arguments, i + 1, values);
      } else if (equals > 0) {
        values.put(argument.substring(2, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size() && !arguments.get(i + 1).startsWith("--")) {
        values.put(argument.substring(2), arguments.get(++i));
      } else {
        throw new UsageException(argument + " needs a value");
      }
    }
    return values;
  }

  /** Takes what follows {@code --options}; gives the index of the last argument of it. */
  private static int options(List<String> arguments, int first, Map<String, String> values) {
    int next = first;
    while (next < arguments.size() && !arguments.get(next).startsWith("--")) {
      String option = arguments.get(next++);
      int equals = option.indexOf('=');
      if (equals < 1) {
        throw new UsageException("--options: not understood: " + option + "; expected KEY=VALUE");
      }
      values.put(option.substring(0, equals), option.substring(equals + 1));
    }
    if (next == first) {
      throw new UsageException("--options needs KEY=VALUE, such as runner_config.epochs=2");
    }
    return next - 1;
  }
}
