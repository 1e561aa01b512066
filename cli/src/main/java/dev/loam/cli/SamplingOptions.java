// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.Qwen3Config;
import dev.loam.model.generation.GenerationOptions;
import dev.loam.serve.text.TextOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * How tokens are chosen and when a text ends. What is not given is as {@code
 * generation_config.json} of the model's folder has it.
 */
final class SamplingOptions {
  @Option(
      names = "--temperature",
      paramLabel = "T",
      description =
          "Logits are divided by it; 0 takes the most probable token. By default as"
              + " generation_config.json of the model has it, else 0.")
  private Optional<Double> temperature = Optional.empty();

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Only the K most probable tokens are drawn from; 0 for all.")
  private Optional<Integer> topK = Optional.empty();

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Only the most probable tokens that have probability P together; 1 for all.")
  private Optional<Double> topP = Optional.empty();

  @Option(
      names = "--min-p",
      paramLabel = "P",
      description = "Only tokens at least P times as probable as the most probable one.")
  private Optional<Double> minP = Optional.empty();

  @Option(
      names = "--repetition-penalty",
      paramLabel = "R",
      description = "Above 1 makes tokens that were there before less probable.")
  private Optional<Double> repetitionPenalty = Optional.empty();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Starts the random numbers, by default 0; the same seed gives the same text.")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "How many tokens at most, or as many as the model has positions left for.")
  private Optional<Integer> maxNewTokens = Optional.empty();

  @Option(
      names = "--stop",
      paramLabel = "S",
      description = "The text ends before this; may be given several times.")
  private List<String> stopStrings = new ArrayList<>();

  /** Finds mistakes before a model is loaded. */
  void check() {
    if (maxNewTokens.orElse(1) < 1) {
      throw new UsageException("--max-new-tokens must be at least 1, not " + maxNewTokens.get());
    }
    TextOptions unused = over(GenerationOptions.greedy());
  }

  boolean hasMaxNewTokens() {
    return maxNewTokens.isPresent();
  }

  boolean hasStopStrings() {
    return !stopStrings.isEmpty();
  }

  /** What was given over what the model's folder has. */
  TextOptions options(Path folder, Qwen3Config config) {
    return over(GenerationOptions.read(folder, config));
  }

  private TextOptions over(GenerationOptions defaults) {
    GenerationOptions.Builder options = defaults.toBuilder();
    temperature.ifPresent(options::optTemperature);
    topK.ifPresent(options::optTopK);
    topP.ifPresent(options::optTopP);
    minP.ifPresent(options::optMinP);
    repetitionPenalty.ifPresent(options::optRepetitionPenalty);
    seed.ifPresent(options::optSeed);
    maxNewTokens.ifPresent(options::optMaxNewTokens);
    try {
      return TextOptions.of(options.build()).withStopStrings(stopStrings);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }
}
