// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.PreTokenizer;
import dev.loam.tokenizer.training.BpeTrainerOptions;
import dev.loam.tokenizer.training.BpeTrainerSettings;
import dev.loam.tokenizer.training.ByteLevelBpeTrainer;
import dev.loam.tokenizer.training.TrainedBpe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Text to a tokenizer. */
@Command(
    name = "train-tokenizer",
    description = {
      "Trains a byte-level BPE tokenizer, the same that Hugging Face's BpeTrainer trains.",
      "Each line of the input, with its line end, is a text."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TrainTokenizerCommand implements Callable<Integer> {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final List<String> SPECIAL_OF_QWEN =
      List.of(END_OF_TEXT, "<|im_start|>", "<|im_end|>");

  /** What a message of the library calls an option. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "vocabSize", "--vocab-size",
          "minFrequency", "--min-frequency",
          "maxTokenLength", "--max-token-length",
          "endOfText", "--end-of-text",
          "a special token", "--special: a special token");

  private final Streams streams;

  @Mixin private ThreadsOption threads;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "F",
      description = "Text in UTF-8; files of any size.")
  private List<Path> inputs;

  @Option(
      names = "--vocab-size",
      required = true,
      paramLabel = "N",
      description = "Tokens at most: 256 bytes, the special tokens, and those that are learned.")
  private int vocabSize;

  @Option(
      names = "--min-frequency",
      paramLabel = "N",
      defaultValue = "0",
      description = "Pairs that occur less often are not merged; by default 0, all are.")
  private int minFrequency;

  @Option(
      names = "--max-token-length",
      paramLabel = "N",
      description = "Merges make only tokens of fewer bytes; by default of any length.")
  private Optional<Integer> maxTokenLength = Optional.empty();

  @Option(
      names = "--special",
      arity = "0..*",
      paramLabel = "S",
      description = {
        "Special tokens, with ids from 0; without a value none,",
        "by default <|endoftext|> <|im_start|> <|im_end|>."
      })
  private List<String> special = new ArrayList<>(SPECIAL_OF_QWEN);

  @Option(
      names = "--end-of-text",
      paramLabel = "S",
      description = "The special token that ends a text; by default <|endoftext|> where it is one.")
  private Optional<String> endOfText = Optional.empty();

  @Option(
      names = "--pretokenizer",
      paramLabel = "qwen|gpt2",
      defaultValue = "qwen",
      description = "Whose words the text is cut into; by default Qwen's.")
  private String preTokenizer;

  @Option(
      names = "--normalizer",
      paramLabel = "nfc|none",
      description = "Applied to the text before; by default nfc for qwen, none for gpt2.")
  private Optional<String> normalizer = Optional.empty();

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Writes tokenizer.json, tokenizer_config.json, vocab.json and merges.txt.")
  private Path output;

  TrainTokenizerCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    inputs.forEach(file -> InputFiles.require(file, "text in UTF-8"));
    if (Files.exists(output) && !Files.isDirectory(output)) {
      throw new UsageException(output + ": is a file; expected a folder, or nothing");
    }
    BpeTrainerSettings settings = settings();
    Path temporary = output.toAbsolutePath().normalize().getParent();
    BpeTrainerOptions options = BpeTrainerOptions.defaults().withThreads(threads.count());
    if (temporary != null) {
      options = options.withTemporaryFolder(temporary);
    }
    TrainedBpe trained = train(settings, options);
    trained.save(output);
    streams.say(
        "%d tokens, %d of them by merges, written to %s"
            .formatted(trained.vocabulary().size(), trained.merges().size(), output));
    return ExitCodes.OK;
  }

  private TrainedBpe train(BpeTrainerSettings settings, BpeTrainerOptions options) {
    try (TokenizerProgress progress = new TokenizerProgress(streams);
        ByteLevelBpeTrainer trainer =
            new ByteLevelBpeTrainer(settings, options.withListener(progress))) {
      trainer.feed(inputs);
      return trainer.train();
    }
  }

  private BpeTrainerSettings settings() {
    PreTokenizer words = choice("--pretokenizer", preTokenizer, List.of(PreTokenizer.values()));
    String form = normalizer.orElse(words == PreTokenizer.QWEN ? "nfc" : "none");
    Optional<String> end =
        endOfText.isEmpty() && special.contains(END_OF_TEXT) ? Optional.of(END_OF_TEXT) : endOfText;
    try {
      return new BpeTrainerSettings(
          vocabSize,
          minFrequency,
          special,
          end,
          words,
          choice("--normalizer", form, List.of("nfc", "none")).equals("nfc"),
          maxTokenLength.map(OptionalInt::of).orElse(OptionalInt.empty()));
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      for (Map.Entry<String, String> option : OPTIONS.entrySet()) {
        message = message.replace(option.getKey(), option.getValue());
      }
      throw new UsageException(message, e);
    }
  }

  private static <T> T choice(String option, String given, List<T> choices) {
    for (T choice : choices) {
      if (choice.toString().toLowerCase(Locale.ROOT).equals(given)) {
        return choice;
      }
    }
    String all =
        choices.stream()
            .map(c -> c.toString().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(" or "));
    throw new UsageException(option + " is " + given + "; use " + all);
  }
}
