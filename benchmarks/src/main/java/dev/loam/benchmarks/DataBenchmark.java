// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.data.SampleBuffer;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.IndexCache;
import dev.loam.data.gpt.Split;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.indexed.TokenType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Opens, indexes and reads made-up datasets, all on one thread, and takes up an order of samples
 * that an earlier run left in a cache.
 *
 * @param folder for the datasets; emptied afterwards
 * @param documents of the dataset that is opened and indexed, 1000 tokens in the middle
 * @param sequenceLength of its samples, and of those that are read
 * @param readTokens of the dataset that is read, which the system's cache should hold
 * @param resumeSamples in the cache
 * @param readSeconds how long each way of reading is measured
 */
public record DataBenchmark(
    Path folder,
    int documents,
    int sequenceLength,
    long readTokens,
    int resumeSamples,
    double readSeconds) {
  private static final int OPENINGS = 3;
  private static final int RESUME_LENGTH = 8;
  private static final int RESUME_DOCUMENT = 8000;
  private static final long RESUME_AT = 1_000_000;
  private static final double NANOS = 1e9;

  /**
   * How fast something is read.
   *
   * @param bytesPerSecond bytes of tokens as int32, whatever they are stored as
   * @param bytesAllocated of memory for each sample, where Java can tell
   */
  public record Rate(double bytesPerSecond, OptionalLong bytesAllocated) {}

  /**
   * The result; times in seconds.
   *
   * @param openSeconds of the dataset of many documents, its index being checked in full
   * @param indexSeconds of the three arrays that order the samples
   * @param indexSamples how many they order
   * @param indexBytes all memory that was allocated for it, where Java can tell
   * @param random samples in random order
   * @param sequential sequences in the order of the file
   * @param random16 as {@code random}, tokens being stored in two bytes
   * @param cacheSeconds building the large cache
   * @param resumeSeconds opening it and reading a sample far within
   */
  public record Result(
      double openSeconds,
      double indexSeconds,
      long indexSamples,
      OptionalLong indexBytes,
      Rate random,
      Rate sequential,
      Rate random16,
      double cacheSeconds,
      double resumeSeconds) {}

  /** Runs it. */
  public Result run(Consumer<String> progress) {
    try {
      Files.createDirectories(folder);
      try {
        return measure(progress);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result measure(Consumer<String> progress) throws IOException {
    progress.accept("making " + documents + " documents");
    Path many = folder.resolve("many");
    SyntheticCorpus.writeOverlapping(many, documents, SyntheticCorpus::length);
    double[] opening = new double[OPENINGS];
    for (int i = 0; i < OPENINGS; i++) {
      long start = System.nanoTime();
      IndexedDataset.open(many).close();
      opening[i] = seconds(start);
    }
    progress.accept("indexing them");
    long before = ThreadMemory.allocated().orElse(0);
    long start = System.nanoTime();
    double indexing;
    long samples;
    OptionalLong indexBytes;
    try (GptDataset data = dataset(many, sequenceLength, Optional.empty())) {
      indexing = seconds(start);
      indexBytes = ThreadMemory.since(before);
      samples = data.size();
    }
    progress.accept("making and reading " + readTokens + " tokens");
    Path wide = folder.resolve("int32");
    SyntheticCorpus.write(wide, TokenType.INT32, readTokens);
    Rate random = random(wide);
    Rate sequential = sequential(wide);
    Path narrow = folder.resolve("uint16");
    SyntheticCorpus.write(narrow, TokenType.UINT16, readTokens);
    Rate random16 = random(narrow);
    progress.accept("building a cache of " + resumeSamples + " samples");
    double[] resume = resume();
    return new Result(
        Median.of(opening),
        indexing,
        samples,
        indexBytes,
        random,
        sequential,
        random16,
        resume[0],
        resume[1]);
  }

  private static GptDataset dataset(Path prefix, int length, Optional<IndexCache> cache)
      throws IOException {
    return new GptDataset(
        IndexedDataset.open(prefix),
        Split.TRAIN,
        Split.Part.ALL,
        OptionalLong.empty(),
        GptOptions.builder(length).build(),
        cache);
  }

  /** After one round, with which everything is compiled and in the system's cache. */
  private Rate random(Path prefix) throws IOException {
    try (GptDataset data = dataset(prefix, sequenceLength, Optional.empty())) {
      SampleBuffer buffer = new SampleBuffer();
      for (long i = 0; i < data.size(); i++) {
        data.read(i, buffer);
      }
      Random random = new Random(2);
      long samples = 0;
      long before = ThreadMemory.allocated().orElse(0);
      long start = System.nanoTime();
      while (seconds(start) < readSeconds) {
        data.read((long) (random.nextDouble() * data.size()), buffer);
        samples++;
      }
      double seconds = seconds(start);
      OptionalLong allocated = ThreadMemory.since(before);
      return rate(samples * sequenceLength, seconds, allocated, samples);
    }
  }

  private Rate sequential(Path prefix) throws IOException {
    try (IndexedDataset data = IndexedDataset.open(prefix)) {
      int[] buffer = new int[RESUME_DOCUMENT];
      long before = ThreadMemory.allocated().orElse(0);
      long tokens = 0;
      long sequences = 0;
      long start = System.nanoTime();
      while (seconds(start) < readSeconds) {
        for (int s = 0; s < data.sequences(); s++) {
          data.read(s, 0, data.length(s), buffer, 0);
          sequences++;
        }
        tokens += data.tokens();
      }
      return rate(tokens, seconds(start), ThreadMemory.since(before), sequences);
    }
  }

  private static Rate rate(long tokens, double seconds, OptionalLong allocated, long reads) {
    return new Rate(
        tokens * (double) Integer.BYTES / seconds,
        allocated.isPresent()
            ? OptionalLong.of(allocated.getAsLong() / Math.max(1, reads))
            : OptionalLong.empty());
  }

  /** Seconds to build the cache, and to take it up. */
  private double[] resume() throws IOException {
    Path prefix = folder.resolve("resume");
    int samplesEach = RESUME_DOCUMENT / RESUME_LENGTH;
    SyntheticCorpus.writeOverlapping(prefix, 1 + resumeSamples / samplesEach, i -> RESUME_DOCUMENT);
    Optional<IndexCache> cache =
        Optional.of(new IndexCache(folder.resolve("cache"), Optional.empty(), false));
    long start = System.nanoTime();
    dataset(prefix, RESUME_LENGTH, cache).close();
    double building = seconds(start);
    start = System.nanoTime();
    try (GptDataset data = dataset(prefix, RESUME_LENGTH, cache)) {
      data.read(Math.min(RESUME_AT, data.size() - 1), new SampleBuffer());
      return new double[] {building, seconds(start)};
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / NANOS;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
