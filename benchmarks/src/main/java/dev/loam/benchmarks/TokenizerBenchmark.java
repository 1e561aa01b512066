// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Encodes and decodes a text file, one string for each line and one for its beginning as a whole.
 *
 * @param folder of the tokenizer
 * @param input UTF-8 text
 * @param threads the numbers of threads to encode lines with
 * @param repeats of each measurement, after one that does not count
 */
public record TokenizerBenchmark(Path folder, Path input, List<Integer> threads, int repeats) {
  private static final int WHOLE_LENGTH = 2_000_000;

  /** The best and the median of the repeated measurements, in 10^6 bytes of UTF-8 a second. */
  public record Figure(double best, double median) {}

  /**
   * The result.
   *
   * @param lines by the number of threads
   * @param whole the first 2 million UTF-16 units as one string
   * @param loadSeconds of the first load in this process
   * @param heapMegabytes in use after loading, beyond that before, in 10^6 bytes
   */
  public record Result(
      long bytes,
      long tokens,
      Map<Integer, Figure> lines,
      Figure whole,
      Figure decode,
      double loadSeconds,
      double heapMegabytes) {}

  /** Runs it. */
  public Result run(Consumer<String> progress) {
    progress.accept("loading " + folder);
    long heapBefore = usedHeap();
    long start = System.nanoTime();
    Tokenizer tokenizer = HuggingFaceTokenizer.load(folder);
    double loadSeconds = (System.nanoTime() - start) / 1e9;
    double heap = (usedHeap() - heapBefore) / 1e6;
    String text = read();
    List<String> lines = lines(text);
    Map<Integer, Figure> byThreads = new LinkedHashMap<>();
    for (int count : threads) {
      progress.accept("encoding " + lines.size() + " lines with " + count + " thread(s)");
      byThreads.put(
          count, measure(bytes(text), () -> tokenizer.encodeAll(lines, AddedTokens.all(), count)));
    }
    progress.accept("encoding one string, and decoding");
    String whole = beginning(text);
    Figure one = measure(bytes(whole), () -> tokenizer.encode(whole, AddedTokens.all()));
    List<int[]> ids = tokenizer.encodeAll(lines, AddedTokens.all(), 1);
    Figure decode = measure(bytes(text), () -> ids.forEach(line -> tokenizer.decode(line, false)));
    long tokens = ids.stream().mapToLong(line -> line.length).sum();
    return new Result(bytes(text), tokens, byThreads, one, decode, loadSeconds, heap);
  }

  private Figure measure(long bytes, Runnable work) {
    work.run();
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      work.run();
      rates.add(bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
    }
    return new Figure(rates.stream().mapToDouble(r -> r).max().orElseThrow(), Median.of(rates));
  }

  private String read() {
    try {
      return Files.readString(input);
    } catch (IOException e) {
      throw new UncheckedIOException(input + ": cannot be read as UTF-8", e);
    }
  }

  /** Each with its line end. */
  static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = text.indexOf('\n', start) + 1;
      lines.add(text.substring(start, end > 0 ? end : text.length()));
      start += lines.get(lines.size() - 1).length();
    }
    return lines;
  }

  private static String beginning(String text) {
    int end = Math.min(text.length(), WHOLE_LENGTH);
    return text.substring(
        0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }

  private static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @SuppressWarnings("SystemGc") // what is in use can only be told without garbage
  private static long usedHeap() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
