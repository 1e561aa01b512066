// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.List;
import picocli.CommandLine;

/** The commands there are. Each is a picocli command and returns its exit code. */
final class Commands {
  private Commands() {}

  static List<Object> all(Streams streams) {
    return List.of(
        new TokenizeCommand(streams),
        new DetokenizeCommand(streams),
        new TemplateCommand(streams),
        new TrainTokenizerCommand(streams),
        new CleanWikitextCommand(streams),
        new PreprocessCommand(streams),
        new PreprocessSftCommand(streams),
        new SamplesCommand(streams),
        new PlanCommand(streams),
        new TrainCommand(streams),
        new CommandLine(new ConfigCommand())
            .addSubcommand(new ConfigCheckCommand(streams))
            .addSubcommand(new ConfigShowCommand(streams)),
        new EvaluateCommand(streams),
        new LogitsCommand(streams),
        new GenerateCommand(streams),
        new ChatCommand(streams),
        new ServeCommand(streams),
        new ConvertCommand(streams),
        new MergeLoraCommand(streams),
        new CommandLine(new BenchCommand())
            .addSubcommand(new StepBenchCommand(streams))
            .addSubcommand(new GenerateBenchCommand(streams))
            .addSubcommand(new CheckpointBenchCommand(streams))
            .addSubcommand(new TokenizerBenchCommand(streams))
            .addSubcommand(new DataBenchCommand(streams))
            .addSubcommand(new CollectivesBenchCommand(streams)),
        new QuickstartCommand(streams));
  }
}
