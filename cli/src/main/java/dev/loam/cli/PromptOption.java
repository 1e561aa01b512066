// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.util.Optional;
import picocli.CommandLine.Option;

/** {@code --prompt} or {@code --prompt-ids}: what to continue. */
final class PromptOption {
  private static final String TEXT = "--prompt";
  private static final String IDS = "--prompt-ids";

  @Option(
      names = TEXT,
      required = true,
      paramLabel = "S",
      description = "The text to continue; added tokens such as <|im_start|> are recognised.")
  private Optional<String> text = Optional.empty();

  @Option(
      names = IDS,
      required = true,
      paramLabel = "\"[1,2,3]\"",
      description = "Its token ids, in place of the text.")
  private Optional<String> ids = Optional.empty();

  boolean isText() {
    return text.isPresent();
  }

  /** The option that was used. */
  String name() {
    return isText() ? TEXT : IDS;
  }

  /** The ids of the prompt. */
  int[] ids(Optional<Tokenizer> tokenizer) {
    return text.isPresent()
        ? tokenizer.orElseThrow().encode(text.get(), AddedTokens.all())
        : parse(ids.orElseThrow());
  }

  private static int[] parse(String list) {
    JsonNode root = JsonText.parse(list, IDS);
    if (!root.isArray()) {
      throw new UsageException(IDS + ": expected a list such as [1,2,3], not " + root);
    }
    int[] parsed = new int[root.size()];
    for (int i = 0; i < parsed.length; i++) {
      JsonNode id = root.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw new UsageException(IDS + "[" + i + "] must be a token id, not " + id);
      }
      parsed[i] = id.intValue();
    }
    return parsed;
  }
}
