// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.Qwen3Config;
import dev.loam.train.config.DataConfig;
import dev.loam.train.config.ResolvedConfig;
import dev.loam.train.config.TrainingConfig;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** Checks a configuration without running anything or looking at data. */
@Command(
    name = "check",
    description = "Says what is wrong with a configuration, all of it, without running anything.",
    customSynopsis = "loam config check --config FILE [--explain] [--section.key VALUE]...")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ConfigCheckCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "MindFormers YAML file.")
  private Path config;

  @Option(
      names = "--explain",
      description = "Adds the configuration that counts, with the origin of each value.")
  private boolean explain;

  @Unmatched private List<String> overrides = new ArrayList<>();

  ConfigCheckCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    ResolvedConfig resolved = TrainingConfig.resolve(config, TrainCommand.dottedValues(overrides));
    PrintStream out = streams.out();
    boolean runnable = resolved.unavailable().isEmpty();
    out.print(config + (runnable ? ": ok\n" : ": ok, but it cannot be run:\n"));
    resolved.unavailable().forEach(reason -> out.print("  " + reason + "\n"));
    summary(resolved.config()).forEach(line -> out.print(line + "\n"));
    if (explain) {
      out.print("\n" + resolved.explained());
    }
    return ExitCodes.OK;
  }

  private static List<String> summary(TrainingConfig config) {
    Qwen3Config model = config.model();
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "model: %,d parameters, %d layers, hidden size %d, vocabulary %d%s",
            model.parameterCount(),
            model.layers(),
            model.hiddenSize(),
            model.vocabSize(),
            model.tiedEmbeddings() ? ", tied" : ""));
    lines.add("data: " + data(config.data()));
    lines.add("layout: " + config.parallel().layout().describe());
    if (!config.ignoredKeys().isEmpty()) {
      lines.add("ignored: " + String.join(", ", config.ignoredKeys()));
    }
    return lines;
  }

  private static String data(DataConfig data) {
    if (data instanceof DataConfig.Megatron gpt) {
      return gpt.samples()
          + " samples of "
          + gpt.options().sequenceLength()
          + " tokens from "
          + String.join(" ", gpt.dataPath());
    } else if (data instanceof DataConfig.TokenFile rows) {
      return "the rows of " + rows.path();
    } else if (data instanceof DataConfig.Instruction rows) {
      return "the instruction data of " + rows.dataPath();
    }
    return "records of " + ((DataConfig.Records) data).source().path();
  }
}
