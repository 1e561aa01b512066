// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.DataBenchmark;
import dev.loam.benchmarks.PreprocessBenchmark;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures datasets. */
@Command(
    name = "data",
    description = {
      "Opens, indexes and reads made-up datasets of any size; with --tokenizer and --input also"
          + " preprocesses JSON lines, beside the tokenizer alone."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class DataBenchCommand implements Callable<Integer> {
  private static final int WORKERS = 2;
  private static final double MEGA = 1e6;

  private final Streams streams;

  @Option(
      names = "--documents",
      paramLabel = "N",
      description = "Documents to open and index; by default 10000000.")
  private int documents = 10_000_000;

  @Option(names = "--seq", paramLabel = "N", description = "Tokens of a sample; by default 4096.")
  private int sequenceLength = 4096;

  @Option(
      names = "--read-tokens",
      paramLabel = "N",
      description = "Tokens of the dataset that is read; by default 50000000.")
  private long readTokens = 50_000_000;

  @Option(
      names = "--resume-samples",
      paramLabel = "N",
      description = "Samples in the cache that is taken up; by default 100000000.")
  private int resumeSamples = 100_000_000;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long each way of reading is measured; by default 2.")
  private double seconds = 2;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description = "Where to write; by default output/bench-data. Emptied afterwards.")
  private Path folder = Path.of("output", "bench-data");

  @Option(names = "--tokenizer", paramLabel = "DIR", description = "Folder with tokenizer.json.")
  private Optional<Path> tokenizer = Optional.empty();

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "JSON lines with a field text, to preprocess with two threads.")
  private Optional<Path> input = Optional.empty();

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  DataBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    atLeastOne("--documents", documents);
    atLeastOne("--seq", sequenceLength);
    atLeastOne("--read-tokens", readTokens);
    atLeastOne("--resume-samples", resumeSamples);
    if (Files.exists(folder)) {
      throw new UsageException("--folder " + folder + " exists already; name a new one");
    }
    if (tokenizer.isPresent() != input.isPresent()) {
      throw new UsageException("--tokenizer and --input are given together or not at all");
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    if (tokenizer.isPresent() && input.isPresent()) {
      streams.say("preprocessing " + input.get());
      put(
          fields,
          new PreprocessBenchmark(
                  HuggingFaceTokenizer.load(tokenizer.get()),
                  input.get(),
                  folder.resolveSibling(folder.getFileName() + "-preprocessed"),
                  WORKERS)
              .run());
    }
    put(
        fields,
        new DataBenchmark(folder, documents, sequenceLength, readTokens, resumeSamples, seconds)
            .run(streams::say));
    streams.out().print((json ? JsonText.write(fields) : text(fields)) + "\n");
    return ExitCodes.OK;
  }

  private static void atLeastOne(String option, long value) {
    if (value < 1) {
      throw new UsageException(option + " must be at least 1, not " + value);
    }
  }

  private static void put(Map<String, Object> fields, PreprocessBenchmark.Result result) {
    fields.put("tokenizer_tokens_per_second", result.tokenizerRate());
    fields.put("preprocess_tokens_per_second", result.preprocessRate());
    fields.put("preprocess_ratio", result.ratio());
  }

  private void put(Map<String, Object> fields, DataBenchmark.Result result) {
    fields.put("documents", documents);
    fields.put("open_s", result.openSeconds());
    fields.put("index_s", result.indexSeconds());
    fields.put("index_samples", result.indexSamples());
    result.indexBytes().ifPresent(bytes -> fields.put("index_allocated_bytes", bytes));
    put(fields, "random", result.random());
    put(fields, "sequential", result.sequential());
    put(fields, "random_uint16", result.random16());
    fields.put("resume_samples", resumeSamples);
    fields.put("cache_build_s", result.cacheSeconds());
    fields.put("resume_s", result.resumeSeconds());
  }

  private static void put(Map<String, Object> fields, String name, DataBenchmark.Rate rate) {
    fields.put(name + "_mb_per_second", rate.bytesPerSecond() / MEGA);
    rate.bytesAllocated().ifPresent(bytes -> fields.put(name + "_allocated_bytes_per_read", bytes));
  }

  /** One line for each number. */
  private static String text(Map<String, Object> fields) {
    StringBuilder text = new StringBuilder();
    fields.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? "" : "\n")
                .append(name.replace('_', ' '))
                .append(": ")
                .append(
                    value instanceof Double number
                        ? String.format(Locale.ROOT, "%.3f", number)
                        : value));
    return text.toString();
  }
}
