// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.data.DataFormatException;
import dev.loam.data.preprocess.PreprocessOptions;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Preprocesses JSON lines, beside the tokenizer alone on the same texts in memory with as many
 * threads.
 *
 * @param tokenizer of both
 * @param input JSON lines with a field {@code text}
 * @param output prefix of the dataset, which is deleted afterwards
 */
public record PreprocessBenchmark(Tokenizer tokenizer, Path input, Path output, int threads) {
  private static final int ROUNDS = 5;

  /** Rounds that do not count: both need some until they are compiled. */
  private static final int WARM_UP = 5;

  private static final double NANOS = 1e9;

  /** The result: medians in tokens a second. */
  public record Result(long tokens, double tokenizerRate, double preprocessRate) {
    /** The speed of preprocessing by that of the tokenizer. */
    public double ratio() {
      return preprocessRate / tokenizerRate;
    }
  }

  /** Runs it, the two in turn, after some rounds that do not count. */
  public Result run() {
    try {
      List<String> texts = texts();
      double[] tokenizing = new double[ROUNDS];
      double[] preprocessing = new double[ROUNDS];
      long tokens = 0;
      for (int i = -WARM_UP; i < ROUNDS; i++) {
        long start = System.nanoTime();
        tokens =
            tokenizer.encodeAll(texts, AddedTokens.all(), threads).stream()
                .mapToLong(ids -> ids.length)
                .sum();
        long middle = System.nanoTime();
        Preprocessor.Result result = preprocess();
        long end = System.nanoTime();
        delete(result);
        if (i >= 0) {
          tokenizing[i] = tokens / ((middle - start) / NANOS);
          preprocessing[i] = tokens / ((end - middle) / NANOS);
        }
      }
      return new Result(tokens, Median.of(tokenizing), Median.of(preprocessing));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Preprocessor.Result preprocess() throws IOException {
    return new Preprocessor(tokenizer, PreprocessOptions.defaults().withWorkers(threads))
        .run(input, output);
  }

  private static void delete(Preprocessor.Result result) throws IOException {
    for (Path prefix : result.prefixes()) {
      Files.delete(Path.of(prefix + ".bin"));
      Files.delete(Path.of(prefix + ".idx"));
    }
  }

  private List<String> texts() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(input)) {
      JsonNode text = json.readTree(line).path("text");
      if (!text.isTextual()) {
        throw DataFormatException.atLine(input, texts.size() + 1L, "no field text");
      }
      texts.add(text.textValue());
    }
    return texts;
  }
}
