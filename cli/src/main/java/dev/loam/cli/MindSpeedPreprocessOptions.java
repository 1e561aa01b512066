// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Options of MindSpeed-LLM's preprocessing that have no meaning here, so that its command lines
 * work as they are.
 */
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class MindSpeedPreprocessOptions {
  @Option(names = "--overwrite-cache", hidden = true)
  private boolean overwriteCache;

  @Option(names = "--tokenizer-not-use-fast", hidden = true)
  private boolean tokenizerNotUseFast;

  @Option(
      names = {"--cache-dir", "--prompt-type-path", "--n-subs", "--seed", "--json-keys"},
      hidden = true)
  private List<String> withoutEffect = List.of();

  @Option(names = "--streaming", hidden = true)
  private boolean streaming;

  @Option(names = "--pad-to-multiple-of", hidden = true)
  private Optional<String> padToMultipleOf = Optional.empty();

  @Option(names = "--max-samples", hidden = true)
  private Optional<String> maxSamples = Optional.empty();

  @Option(
      names = {
        "--interleave-probs",
        "--mix-strategy",
        "--hf-datasets-params",
        "--dataset-additional-keys",
        "--script-data-dir",
        "--merge-group-keys"
      },
      hidden = true)
  private Optional<String> notAvailable = Optional.empty();

  /** Refuses what would change the result, and says what has no effect. */
  void check(Streams streams) {
    Map<String, Optional<String>> refused =
        Map.of(
            "--max-samples", maxSamples,
            "--pad-to-multiple-of", padToMultipleOf.filter(value -> !value.equals("1")),
            "options that mix, merge or load data sets by a script", notAvailable);
    refused.forEach(
        (name, value) ->
            value.ifPresent(
                given -> {
                  throw new UsageException(
                      name + " = " + given + " is not available; give the rows that are meant");
                }));
    if (overwriteCache || streaming || tokenizerNotUseFast || !withoutEffect.isEmpty()) {
      streams.say(
          "options of caches, of template files and of other tokenizers have no effect: nothing is"
              + " cached, the template is built in, and there is one tokenizer");
    }
  }
}
