// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.benchmarks.TokenizerBenchmark;
import dev.loam.benchmarks.TokenizerBenchmark.Figure;
import dev.loam.benchmarks.TokenizerBenchmark.Result;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how fast text becomes tokens. */
@Command(
    name = "tokenizer",
    description = "Encodes and decodes a text file; rates are 10^6 bytes of UTF-8 a second.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class TokenizerBenchCommand implements Callable<Integer> {
  private final Streams streams;

  @Option(
      names = "--tokenizer",
      required = true,
      paramLabel = "DIR",
      description = "Folder with tokenizer.json.")
  private Path folder;

  @Option(names = "--input", required = true, paramLabel = "F", description = "Text in UTF-8.")
  private Path input;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads to encode lines with; by default 1,2.")
  private List<Integer> threads = List.of(1, 2);

  @Option(names = "--repeats", paramLabel = "N", description = "Timed runs; by default 5.")
  private int repeats = 5;

  @Option(names = "--json", description = "Writes the result as JSON.")
  private boolean json;

  TokenizerBenchCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() {
    if (repeats < 1) {
      throw new UsageException("--repeats must be at least 1, not " + repeats);
    }
    if (threads.isEmpty() || threads.stream().anyMatch(n -> n < 1)) {
      throw new UsageException("--threads must be numbers from 1, not " + threads);
    }
    if (!Files.isRegularFile(input)) {
      throw new UsageException("--input " + input + " is no file");
    }
    Result result = new TokenizerBenchmark(folder, input, threads, repeats).run(streams::say);
    streams.out().print(json ? JsonText.write(fields(result)) + "\n" : table(result));
    return ExitCodes.OK;
  }

  private static Map<String, Object> fields(Result result) {
    Map<String, Object> lines = new LinkedHashMap<>();
    result.lines().forEach((count, rate) -> lines.put(String.valueOf(count), rate));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("bytes", result.bytes());
    fields.put("tokens", result.tokens());
    fields.put("lines_mb_s_by_threads", lines);
    fields.put("whole_mb_s", result.whole());
    fields.put("decode_mb_s", result.decode());
    fields.put("load_s", result.loadSeconds());
    fields.put("heap_mb", result.heapMegabytes());
    return fields;
  }

  private static String table(Result result) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%.2f MB, %d tokens; loaded in %.2f s, %.1f MB of heap%n%-24s%10s%10s%n",
            result.bytes() / 1e6,
            result.tokens(),
            result.loadSeconds(),
            result.heapMegabytes(),
            "MB/s",
            "best",
            "median"));
    result.lines().forEach((n, rate) -> text.append(line("lines, threads: " + n, rate)));
    text.append(line("one string", result.whole()));
    return text.append(line("decoding lines", result.decode())).toString();
  }

  private static String line(String name, Figure rate) {
    return String.format(Locale.ROOT, "%-24s%10.2f%10.2f%n", name, rate.best(), rate.median());
  }
}
