// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.preprocess.PreprocessOptions;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** JSON lines to indexed datasets. */
@Command(
    name = "preprocess",
    description = "Turns JSON lines into indexed datasets in Megatron's format.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class PreprocessCommand implements Callable<Integer> {
  private static final String TOKENIZER_TYPE = "HuggingFaceTokenizer";

  private final Streams streams;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "F.jsonl",
      description = "JSON lines in UTF-8, compressed where the name ends in .gz.")
  private Path input;

  @Option(
      names = "--output-prefix",
      required = true,
      paramLabel = "P",
      description = "Writes P_KEY_document.bin and .idx for each key.")
  private Path outputPrefix;

  @Option(
      names = "--tokenizer-type",
      required = true,
      paramLabel = TOKENIZER_TYPE,
      description = "The only one there is.")
  private String tokenizerType;

  @Option(
      names = "--tokenizer-dir",
      required = true,
      paramLabel = "DIR",
      description = "Folder with tokenizer.json.")
  private Path tokenizerFolder;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that tokenize; the output does not depend on it.")
  private int workers;

  @Option(
      names = "--append-eod",
      description = "Ends every document that is not empty with the end-of-text token.")
  private boolean appendEndOfDocument;

  @Option(
      names = "--json-keys",
      arity = "1..*",
      paramLabel = "K",
      defaultValue = "text",
      description = "The fields to tokenize; by default text.")
  private List<String> jsonKeys;

  PreprocessCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    if (!tokenizerType.equals(TOKENIZER_TYPE)) {
      throw new UsageException(
          "--tokenizer-type " + tokenizerType + " is not known; use " + TOKENIZER_TYPE);
    }
    if (outputPrefix.getFileName() == null) {
      throw new UsageException("--output-prefix " + outputPrefix + " has no file name");
    }
    InputFiles.require(input, "one JSON object on each line");
    Tokenizer tokenizer = HuggingFaceTokenizer.load(tokenizerFolder);
    Preprocessor.Result result =
        new Preprocessor(tokenizer, options(tokenizer)).run(input, outputPrefix);
    for (int i = 0; i < result.prefixes().size(); i++) {
      streams.say(
          "%d documents, %d tokens written to %s.bin and .idx"
              .formatted(result.documents(), result.tokens().get(i), result.prefixes().get(i)));
    }
    return ExitCodes.OK;
  }

  private PreprocessOptions options(Tokenizer tokenizer) {
    PreprocessOptions options;
    try {
      options = PreprocessOptions.defaults().withJsonKeys(jsonKeys).withWorkers(workers);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
    return appendEndOfDocument ? options.withEndOfDocument(endOfText(tokenizer)) : options;
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
