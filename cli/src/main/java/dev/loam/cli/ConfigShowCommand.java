// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.train.config.ResolvedConfig;
import dev.loam.train.config.TrainingConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Shows what a configuration comes to, with all that is not written. */
@Command(
    name = "show",
    description = "Writes the configuration that counts: the file, the command line and defaults.",
    customSynopsis = "loam config show --config FILE [--explain] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ConfigShowCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "MindFormers YAML file.")
  private Path config;

  @Option(
      names = "--explain",
      description =
          "Says of each value where it comes from: a place in a file, an option, default.")
  private boolean explain;

  @Unmatched private List<String> overrides = new ArrayList<>();

  ConfigShowCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ResolvedConfig resolved = TrainingConfig.resolve(config, TrainCommand.dottedValues(overrides));
    streams.out().print(explain ? resolved.explained() : resolved.yaml());
    return ExitCodes.OK;
  }
}
