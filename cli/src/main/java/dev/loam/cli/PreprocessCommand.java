// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.preprocess.DocumentOrder;
import dev.loam.data.preprocess.PreprocessOptions;
import dev.loam.data.preprocess.PreprocessOptions.OnError;
import dev.loam.data.preprocess.PreprocessOptions.TokenStorage;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordFormat;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Corpora to indexed datasets. */
@Command(
    name = "preprocess",
    description = {
      "Turns corpora into indexed datasets in Megatron's format. The files are JSON lines (.jsonl),"
          + " JSON arrays (.json), CSV (.csv, .tsv), text (.txt), all of them also compressed (.gz),"
          + " or Parquet (.parquet)."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class PreprocessCommand implements Callable<Integer> {
  private static final Set<String> TOKENIZER_TYPES =
      Set.of("HuggingFaceTokenizer", "PretrainedFromHF");

  private final Streams streams;

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "F",
      description =
          "Files, folders or globs; the files of one of them in the order of their names.")
  private List<String> inputs;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "json_lines, json, csv, tsv, text (a document on each line), paragraphs (documents between"
              + " blank lines) or parquet; by default what the name of each file says, or"
              + " json_lines.")
  private Optional<String> format = Optional.empty();

  @Option(
      names = "--output-prefix",
      required = true,
      paramLabel = "P",
      description = "Writes P_KEY_document.bin and .idx for each key.")
  private Path outputPrefix;

  @Option(
      names = "--tokenizer-type",
      defaultValue = "HuggingFaceTokenizer",
      paramLabel = "HuggingFaceTokenizer",
      description = "The only one there is, under MindSpeed's name PretrainedFromHF, too.")
  private String tokenizerType;

  @Option(
      names = {"--tokenizer-dir", "--tokenizer-name-or-path", "--tokenizer-model"},
      required = true,
      paramLabel = "DIR",
      description = "Folder with tokenizer.json.")
  private Path tokenizerFolder;

  @Option(
      names = "--json-keys",
      arity = "1..*",
      paramLabel = "K",
      defaultValue = "text",
      description = "The fields to tokenize, texts or lists of texts; by default text.")
  private List<String> jsonKeys;

  @Option(
      names = "--append-eod",
      description = "Ends every document that is not empty with the end-of-text token.")
  private boolean appendEndOfDocument;

  @Option(
      names = "--dtype",
      paramLabel = "int32|uint16|auto",
      defaultValue = "int32",
      description =
          "How a token is stored; auto is uint16 for vocabularies below 65500. By default int32.")
  private String dtype;

  @Option(
      names = "--on-error",
      paramLabel = "stop|skip",
      defaultValue = "stop",
      description =
          "Whether the first document that cannot be used ends the run, or is left out and counted.")
  private String onError;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that tokenize; the output does not depend on it.")
  private int workers;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "1",
      description = "Puts documents 0, N, 2N, ... first, then 1, N+1, ..., as upstream does.")
  private int partitions;

  @Option(
      names = "--keep-sequential-samples",
      description = "Keeps the order of the input, however many partitions there are.")
  private boolean keepSequentialSamples;

  @Option(
      names = "--log-interval",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Documents from one message about progress to the next.")
  private int logInterval;

  @Mixin private UpstreamPreprocessOptions upstream;

  PreprocessCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    upstream.check(streams);
    if (!TOKENIZER_TYPES.contains(tokenizerType)) {
      throw new UsageException(
          "--tokenizer-type " + tokenizerType + " is not known; use HuggingFaceTokenizer");
    }
    checkOutput();
    List<Path> files = new ArrayList<>();
    for (String input : inputs) {
      files.addAll(RecordFiles.find(input));
    }
    files.forEach(file -> InputFiles.require(file, "a document on each line or in each record"));
    Tokenizer tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);
    PreprocessOptions options = options(tokenizer);
    try (PreprocessMessages messages = new PreprocessMessages(streams)) {
      messages.finished(new Preprocessor(tokenizer, options, messages).run(files, outputPrefix));
    }
    return ExitCodes.OK;
  }

  private void checkOutput() {
    if (outputPrefix.getFileName() == null) {
      throw new UsageException("--output-prefix " + outputPrefix + " has no file name");
    }
    String name = outputPrefix.getFileName().toString();
    for (String key : jsonKeys) {
      String suffix = "_" + key + "_document";
      if (name.endsWith(suffix)) {
        streams.say(
            "loam: --output-prefix %1$s ends in %2$s, which is appended once more: %1$s%2$s.bin"
                .formatted(outputPrefix, suffix));
      }
    }
  }

  private PreprocessOptions options(Tokenizer tokenizer) {
    PreprocessOptions options;
    try {
      int parts = keepSequentialSamples ? 1 : partitions;
      options =
          PreprocessOptions.defaults()
              .withJsonKeys(jsonKeys)
              .withWorkers(workers)
              .withDocumentOrder(new DocumentOrder(parts))
              .withLogInterval(logInterval)
              .withStorage(choice("--dtype", dtype, TokenStorage.values()))
              .withOnError(choice("--on-error", onError, OnError.values()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
    if (format.isPresent()) {
      options = options.withFormat(choice("--format", format.get(), RecordFormat.values()));
    }
    return appendEndOfDocument ? options.withEndOfDocument(endOfText(tokenizer)) : options;
  }

  /** The constant that a word on the command line names. */
  private static <T extends Enum<T>> T choice(String option, String word, T[] constants) {
    List<String> words = new ArrayList<>();
    for (T constant : constants) {
      words.add(constant.name().toLowerCase(Locale.ROOT));
      if (words.get(words.size() - 1).equals(word)) {
        return constant;
      }
    }
    throw new UsageException(option + " " + word + " is not known; use one of " + words);
  }

  private int endOfText(Tokenizer tokenizer) {
    return tokenizer
        .endOfText()
        .orElseThrow(
            () ->
                new UsageException(
                    tokenizerFolder
                        + ": names no end-of-text token for --append-eod; set eos_token in"
                        + " tokenizer_config.json"));
  }
}
