// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.ModelInputException;
import dev.loam.model.generation.TokenGenerator;
import dev.loam.serve.text.GeneratedText;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextListener;
import dev.loam.serve.text.TextOptions;
import dev.loam.serve.text.TextRequest;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Continues texts. */
@Command(
    name = "generate",
    description = "Continues a text, or answers messages, and writes as it goes.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class GenerateCommand implements Callable<Integer> {
  private static final TextListener NOBODY = piece -> true;

  private final Streams streams;

  @Mixin private ThreadsOption threads;
  @Mixin private ModelOptions model;
  @Mixin private SamplingOptions sampling;

  @ArgGroup(multiplicity = "1")
  private PromptOption prompt;

  @Option(
      names = "--enable-thinking",
      arity = "1",
      paramLabel = "true|false",
      description = "Whether the model is to think first, for chat templates that ask.")
  private Optional<Boolean> enableThinking = Optional.empty();

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "How many lines of --batch are continued together, by default 8.")
  private int batchSize = 8;

  @Option(
      names = "--json",
      description = "Writes {\"prompt_ids\", \"output_ids\", \"text\"} instead of the text.")
  private boolean json;

  GenerateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    sampling.check();
    if (batchSize < 1) {
      throw new UsageException("--batch-size must be at least 1, not " + batchSize);
    }
    List<PromptOption.Placed> prompts = prompt.read();
    Optional<Tokenizer> tokenizer = tokenizer();
    if (tokenizer.isEmpty()) {
      writeIds(prompts.get(0));
      return ExitCodes.OK;
    }
    Optional<ChatTemplate> template = TextModel.template(model.tokenizerFolder());
    int together = Math.min(batchSize, Math.max(1, prompts.size()));
    try (TextModel loaded =
        TextModel.of(model.load(threads), tokenizer.get(), template, together)) {
      writeTexts(loaded, prompts);
    }
    return ExitCodes.OK;
  }

  /** Where one prompt's ids are given the tokenizer is only needed for the text. */
  private Optional<Tokenizer> tokenizer() {
    boolean needed = !prompt.isIds() || sampling.hasStopStrings() || model.namesTokenizer();
    return needed || Files.exists(model.folder().resolve("tokenizer.json"))
        ? Optional.of(HuggingFaceTokenizer.load(model.tokenizerFolder()))
        : Optional.empty();
  }

  private void writeTexts(TextModel loaded, List<PromptOption.Placed> prompts) {
    TextOptions fromFolder = sampling.options(model.folder(), loaded.config());
    TextOptions options = enableThinking.map(fromFolder::withEnableThinking).orElse(fromFolder);
    boolean streamed = !json && !prompt.isBatch();
    TextListener listener = streamed ? this::show : NOBODY;
    List<TextRequest> requests =
        prompts.stream()
            .map(p -> loaded.prepare(p.place(), p.prompt(), options, listener))
            .toList();
    List<GeneratedText> texts = loaded.generator().generateAll(requests);
    if (streamed) {
      streams.out().print("\n");
    } else {
      texts.forEach(t -> writeJson(t.promptIds(), t.outputIds(), t.text()));
    }
  }

  private boolean show(String piece) {
    streams.out().print(piece);
    streams.out().flush();
    return !streams.out().checkError();
  }

  private void writeIds(PromptOption.Placed placed) {
    int[] ids = ((Prompt.Ids) placed.prompt()).ids();
    try (LoadedModel loaded = model.load(threads);
        TokenGenerator generator = new TokenGenerator(loaded.model())) {
      TextOptions options = sampling.options(model.folder(), loaded.model().config());
      int[] written = generator.generate(ids, options.tokens()).ids();
      if (json) {
        writeJson(ids, written, null);
      } else {
        streams.out().print(JsonText.write(written) + "\n");
      }
    } catch (ModelInputException e) {
      throw new UsageException(placed.place() + ": " + e.getMessage(), e);
    }
  }

  private void writeJson(int[] promptIds, int[] outputIds, @Nullable String text) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put("prompt_ids", promptIds);
    object.put("output_ids", outputIds);
    object.put("text", text);
    streams.out().print(JsonText.write(object) + "\n");
  }
}
