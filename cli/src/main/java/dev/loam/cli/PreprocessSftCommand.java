// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.mindspeed.MindSpeedOptions;
import dev.loam.data.mindspeed.MindSpeedOptions.OnUnusable;
import dev.loam.data.mindspeed.MindSpeedPreprocessor;
import dev.loam.data.mindspeed.Packing;
import dev.loam.data.mindspeed.Thinking;
import dev.loam.data.record.RecordFiles;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Instruction data to the three datasets of MindSpeed-LLM. */
@Command(
    name = "preprocess-sft",
    description = {
      "Turns instruction data into the three indexed datasets that MindSpeed-LLM fine-tunes on. A row"
          + " has instruction, input and output (optionally system, and history, pairs before it),"
          + " or conversations, or messages."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class PreprocessSftCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "F",
      description = "Files, folders or globs, all of one format: .json, .jsonl, .csv, .parquet.")
  private List<String> inputs;

  @Option(
      names = "--output-prefix",
      required = true,
      paramLabel = "P",
      description =
          "Writes P_packed_KEY_document.bin and .idx of input_ids, attention_mask, labels.")
  private Path outputPrefix;

  @Option(
      names = "--tokenizer-type",
      paramLabel = "HuggingFaceTokenizer",
      description = "The only one there is, under MindSpeed's name PretrainedFromHF, too.")
  private String tokenizerType = "HuggingFaceTokenizer";

  @Option(
      names = {"--tokenizer-dir", "--tokenizer-name-or-path"},
      required = true,
      paramLabel = "DIR",
      description = "Folder with tokenizer.json.")
  private Path tokenizerFolder;

  @Option(names = "--prompt-type", paramLabel = "qwen3", description = "The only one there is.")
  private String promptType = "qwen3";

  @Option(
      names = "--enable-thinking",
      paramLabel = "true|false|none",
      description =
          "What is done with thoughts: learned; taken out; learned where an answer has some. Answers"
              + " without are given empty ones, which only true learns. By default none.")
  private String enableThinking = "none";

  @Option(
      names = "--seq-length",
      paramLabel = "N",
      description = "Cuts rows to N - 1 tokens; by default to 99999.")
  private Optional<Integer> sequenceLength = Optional.empty();

  @Option(
      names = "--append-eod",
      description = "Ends every row with the end-of-text token, which is learned.")
  private boolean appendEndOfDocument;

  @Option(
      names = "--pack",
      description = "Puts rows together into sequences of --seq-length tokens.")
  private boolean pack;

  @Option(
      names = "--neat-pack",
      description = "With --pack: attention is confined to each row, and padding is left out.")
  private boolean neatPack;

  @Option(
      names = "--on-error",
      paramLabel = "stop|skip|empty",
      description =
          "Whether the first row that is no conversation ends the run, or is left out and counted, or"
              + " is replaced by an empty one, as upstream does it. By default stop.")
  private String onError = "stop";

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that tokenize; the output does not depend on it.")
  private int workers = 1;

  @Option(
      names = "--log-interval",
      paramLabel = "N",
      description = "Rows from one message about progress to the next; by default 1000.")
  private int logInterval = 1000;

  @Mixin private InstructionRowOptions rows;
  @Mixin private MindSpeedPreprocessOptions upstream;

  PreprocessSftCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    upstream.check(streams);
    requireOne("--tokenizer-type", tokenizerType, "HuggingFaceTokenizer", "PretrainedFromHF");
    requireOne("--prompt-type", promptType, "qwen3");
    if (outputPrefix.getFileName() == null) {
      throw new UsageException("--output-prefix " + outputPrefix + " has no file name");
    }
    List<Path> files = new ArrayList<>();
    for (String input : inputs) {
      files.addAll(RecordFiles.find(input));
    }
    files.forEach(file -> InputFiles.require(file, "rows of instruction data"));
    Tokenizer tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);
    MindSpeedOptions options = options(tokenizer);
    try (PreprocessMessages messages = new PreprocessMessages(streams)) {
      messages.finished(
          new MindSpeedPreprocessor(tokenizer, options, messages).run(files, outputPrefix));
    }
    return ExitCodes.OK;
  }

  private MindSpeedOptions options(Tokenizer tokenizer) {
    if (neatPack && !pack) {
      throw new UsageException("--neat-pack needs --pack");
    }
    MindSpeedOptions.Builder options =
        MindSpeedOptions.builder()
            .optKeys(rows.keys())
            .optThinking(thinking())
            .optOnUnusable(onUnusable())
            .optWorkers(workers)
            .optLogInterval(logInterval);
    rows.format().ifPresent(options::optRowFormat);
    sequenceLength.ifPresent(options::optSequenceLength);
    if (appendEndOfDocument) {
      options.optAppended(
          tokenizer
              .endOfText()
              .orElseThrow(
                  () -> missing("end-of-text token; set eos_token in tokenizer_config.json")));
    }
    if (pack) {
      int pad =
          tokenizer
              .id("<|endoftext|>")
              .orElseThrow(() -> missing("token <|endoftext|> to pad with"));
      options.optPacking(neatPack ? Packing.NEAT : Packing.PLAIN, pad);
    }
    try {
      return options.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
  }

  private Thinking thinking() {
    return switch (enableThinking.toLowerCase(Locale.ROOT)) {
      case "true" -> Thinking.LEARNED;
      case "false" -> Thinking.REMOVED;
      case "none" -> Thinking.AS_WRITTEN;
      default ->
          throw new UsageException(
              "--enable-thinking " + enableThinking + " is not known; use true, false or none");
    };
  }

  private OnUnusable onUnusable() {
    return switch (onError) {
      case "stop" -> OnUnusable.STOP;
      case "skip" -> OnUnusable.SKIP;
      case "empty" -> OnUnusable.EMPTY;
      default ->
          throw new UsageException(
              "--on-error " + onError + " is not known; use stop, skip or empty");
    };
  }

  private UsageException missing(String what) {
    return new UsageException(tokenizerFolder + ": names no " + what);
  }

  private static void requireOne(String option, String value, String... known) {
    if (!List.of(known).contains(value)) {
      throw new UsageException(option + " " + value + " is not available; use " + known[0]);
    }
  }
}
