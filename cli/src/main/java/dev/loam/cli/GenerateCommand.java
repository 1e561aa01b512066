// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.GreedyGenerator;
import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues a text. */
@Command(
    name = "generate",
    description = "Continues a text with the most probable token at each place.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class GenerateCommand implements Callable<Integer> {
  private static final int DEFAULT_NEW_TOKENS = 128;

  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @ArgGroup(multiplicity = "1")
  private PromptOption prompt;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "Folder in Hugging Face's format.")
  private Path folder;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR",
      description = "Folder with tokenizer.json; by default that of the model.")
  private Optional<Path> tokenizerFolder = Optional.empty();

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      description = "By default 128, or as many as the model has positions left for.")
  private Optional<Integer> maxNewTokens = Optional.empty();

  @Option(
      names = "--temperature",
      paramLabel = "0",
      description = "Only 0, the most probable token, which is also the default.")
  private double temperature;

  @Option(
      names = "--json",
      description = "Writes {\"prompt_ids\", \"output_ids\", \"text\"} instead of the text.")
  private boolean json;

  GenerateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (maxNewTokens.orElse(1) < 1) {
      throw new UsageException("--max-new-tokens must be at least 1, not " + maxNewTokens.get());
    }
    if (temperature != 0) {
      throw new UsageException("--temperature must be 0, not " + temperature);
    }
    Optional<Tokenizer> tokenizer = tokenizer();
    int[] promptIds = prompt.ids(tokenizer);
    int[] outputIds;
    try (LoadedModel loaded = LoadedModel.open(folder, threads.count())) {
      Qwen3Config config = loaded.model().config();
      Set<Integer> stop = StopTokens.of(folder, config);
      outputIds =
          new GreedyGenerator(loaded.model())
              .generate(promptIds, newTokens(promptIds, config), stop);
    } catch (ModelInputException e) {
      throw new UsageException(prompt.name() + ": " + e.getMessage(), e);
    }
    write(promptIds, outputIds, tokenizer.map(t -> t.decode(outputIds, true)));
    return ExitCodes.OK;
  }

  /** Where ids are given the tokenizer is only needed for the text, and may be absent. */
  private Optional<Tokenizer> tokenizer() {
    boolean needed = tokenizerFolder.isPresent() || prompt.isText();
    return needed || Files.exists(folder.resolve("tokenizer.json"))
        ? Optional.of(HuggingFaceTokenizer.load(tokenizerFolder.orElse(folder)))
        : Optional.empty();
  }

  private int newTokens(int[] promptIds, Qwen3Config config) {
    int room = Math.max(1, config.maxPositions() - promptIds.length);
    return maxNewTokens.orElse(Math.min(DEFAULT_NEW_TOKENS, room));
  }

  private void write(int[] promptIds, int[] outputIds, Optional<String> text) {
    if (json) {
      Map<String, @Nullable Object> object = new LinkedHashMap<>();
      object.put("prompt_ids", promptIds);
      object.put("output_ids", outputIds);
      object.put("text", text.orElse(null));
      streams.out().print(JsonText.write(object) + "\n");
    } else {
      streams.out().print(text.orElseGet(() -> JsonText.write(outputIds)) + "\n");
    }
  }
}
