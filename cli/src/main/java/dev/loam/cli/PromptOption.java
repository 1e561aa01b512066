// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.serve.text.Prompt;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** What to continue: one of several options. */
final class PromptOption {
  private static final String TEXT = "--prompt";
  private static final String IDS = "--prompt-ids";
  private static final String MESSAGES = "messages";
  private static final String LINES = "an object with \"prompt\", \"prompt_ids\" or \"messages\"";

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

  @Option(
      names = "--messages",
      required = true,
      paramLabel = "F",
      description = "A JSON array of messages to answer, with the model's chat template.")
  private Optional<Path> messages = Optional.empty();

  @Option(
      names = "--batch",
      required = true,
      paramLabel = "F",
      description =
          "Reads from each line an object {\"prompt\"}, {\"prompt_ids\"} or {\"messages\"} and writes"
              + " one {\"prompt_ids\", \"output_ids\", \"text\"}.")
  private Optional<Path> batch = Optional.empty();

  /**
   * Something to continue.
   *
   * @param place the option or the line it comes from
   */
  record Placed(String place, Prompt prompt) {}

  boolean isBatch() {
    return batch.isPresent();
  }

  boolean isIds() {
    return ids.isPresent();
  }

  /** The prompts: one, or one of each line. */
  List<Placed> read() throws IOException {
    if (text.isPresent()) {
      return List.of(new Placed(TEXT, text(text.get())));
    } else if (ids.isPresent()) {
      return List.of(new Placed(IDS, ids(JsonText.parse(ids.get(), IDS), IDS)));
    } else if (messages.isPresent()) {
      Path file = messages.get();
      String json = TextInput.read(file, "a JSON array of messages");
      String place = file.toString();
      return List.of(new Placed(place, messages(JsonText.parse(json, place), place)));
    }
    List<Placed> prompts = new ArrayList<>();
    Set<String> keys = Set.of("prompt", "prompt_ids", MESSAGES);
    for (JsonLines.Line line : JsonLines.read(batch.orElseThrow(), keys)) {
      prompts.add(new Placed(line.place(), prompt(line)));
    }
    return prompts;
  }

  private static Prompt prompt(JsonLines.Line line) {
    if (line.object().size() != 1) {
      throw new UsageException(line.place() + ": expected " + LINES);
    } else if (line.object().has("prompt")) {
      return text(line.text("prompt"));
    } else if (line.object().has("prompt_ids")) {
      return Prompt.ids(line.ids("prompt_ids"));
    }
    return messages(line.object().path(MESSAGES), line.place() + ": \"messages\"");
  }

  private static Prompt text(String text) {
    return new Prompt.Text(text, AddedTokens.all());
  }

  private static Prompt messages(JsonNode root, String place) {
    if (!root.isArray() || root.isEmpty()) {
      throw new UsageException(place + ": expected a JSON array with at least one message");
    }
    try {
      return Prompt.messages(ChatMessage.listFromJson(root.toString()));
    } catch (TokenizerFormatException e) {
      throw new UsageException(place + ": " + e.getMessage(), e);
    }
  }

  private static Prompt ids(JsonNode root, String place) {
    if (!root.isArray()) {
      throw new UsageException(place + ": expected a list such as [1,2,3], not " + root);
    }
    int[] parsed = new int[root.size()];
    for (int i = 0; i < parsed.length; i++) {
      JsonNode id = root.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw new UsageException(place + "[" + i + "] must be a token id, not " + id);
      }
      parsed[i] = id.intValue();
    }
    return Prompt.ids(parsed);
  }
}
