// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tensor.Engine;
import dev.loam.train.config.TrainingConfig;
import dev.loam.train.plan.RunPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Says what a training will take. */
@Command(
    name = "plan",
    description = {
      "Predicts the memory of each rank and the time of a step, before anything runs.",
      "Any key of the file can be set on the command line, as --section.key value."
    },
    customSynopsis =
        "loam plan --config FILE [--threads N] [--rate GFLOPS] [--json] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class PlanCommand implements Callable<Integer> {
  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "MindFormers YAML file.")
  private Path config;

  @Option(
      names = "--rate",
      paramLabel = "GFLOPS",
      description =
          "Billions of operations a second of matrix products on all threads; by default they are"
              + " measured, for about a second.")
  private Optional<Double> rate = Optional.empty();

  @Option(names = "--json", description = "Writes the plan as JSON.")
  private boolean json;

  @Unmatched private List<String> overrides = new ArrayList<>();

  PlanCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (rate.filter(value -> !(value > 0)).isPresent()) {
      throw new UsageException("--rate must be above 0, not " + rate.get());
    }
    TrainingConfig read = TrainingConfig.read(config, TrainCommand.dottedValues(overrides));
    OptionalDouble operations =
        rate.map(billions -> OptionalDouble.of(billions * 1e9)).orElse(OptionalDouble.empty());
    RunPlan plan = RunPlan.of(read, Engine.named(LoadedModel.ENGINE), threads.count(), operations);
    streams
        .out()
        .print(
            (json ? JsonText.write(PlanText.fields(plan)) : PlanText.of(read.model(), plan))
                + "\n");
    return ExitCodes.OK;
  }
}
