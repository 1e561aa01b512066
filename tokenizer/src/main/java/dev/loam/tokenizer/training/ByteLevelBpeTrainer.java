// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.internal.Utf16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Trains a byte-level BPE tokenizer as Hugging Face's {@code BpeTrainer} does, to the same
 * vocabulary and merges in the same order. Counts are exact: that library's wrap around where a
 * pair occurs 2^31 times.
 *
 * <p>The ids are: the special tokens in the order given, the 256 byte tokens in the order of their
 * characters, then one token for each merge; of tokens that are equal the first holds. The pair
 * that occurs most often is merged first; among equally frequent pairs the one with the smaller
 * left id, then the smaller right id. A merge whose result is a token already keeps that token.
 * Training ends when the vocabulary is full or no pair is frequent enough. Special tokens inside
 * the texts are trained on as plain text.
 *
 * <p>Texts may be larger than memory: only the distinct words are kept, and beyond a limit they are
 * moved to temporary files. For the merging they must all fit into the Java heap: about 50 bytes
 * for a word of 8 bytes, and as much again for the places of the pairs.
 *
 * <p>A trainer trains once. Its temporary files, if any, are removed by {@link #train}, by {@link
 * #close}, and when feeding fails. For one thread.
 */
public final class ByteLevelBpeTrainer implements AutoCloseable {
  private static final int BLOCK = 1 << 20;
  private static final int LONGEST_WORD = 1 << 26;
  private static final long MOST_TABLE_BYTES = 1L << 33; // of one table, with room to spare

  private final BpeTrainerSettings settings;
  private final BpeTrainingListener listener;
  private final int blockSize;
  private final SpilledCounts spilled;
  private final List<WordCounter> counters = new ArrayList<>();
  private boolean closed;

  /** A trainer that has seen no text, with one thread. */
  public ByteLevelBpeTrainer(BpeTrainerSettings settings) {
    this(settings, BpeTrainerOptions.defaults());
  }

  /** A trainer that has seen no text. */
  public ByteLevelBpeTrainer(BpeTrainerSettings settings, BpeTrainerOptions options) {
    this(settings, options, BLOCK);
  }

  /** Reads files in blocks of so many bytes, at least 1. */
  ByteLevelBpeTrainer(BpeTrainerSettings settings, BpeTrainerOptions options, int blockSize) {
    this.settings = settings;
    this.listener = options.listener();
    this.blockSize = blockSize;
    this.spilled = new SpilledCounts(options.temporaryFolder());
    for (int i = 0; i < options.threads(); i++) {
      counters.add(new WordCounter(settings, options.memoryBytes() / options.threads(), spilled));
    }
  }

  /**
   * Takes a text into account, line feeds and all. Words do not reach from one text into the next.
   */
  public void feed(String text) {
    requireOpen();
    byte[] utf8 = Utf16.replaceLoneSurrogates(text).getBytes(StandardCharsets.UTF_8);
    counters.get(0).countText(utf8, 0, utf8.length);
  }

  /** The same as {@link #feed(List)} with one file. */
  public void feed(Path file) {
    feed(List.of(file));
  }

  /**
   * Takes UTF-8 files into account, each line with its line feed, and with a carriage return before
   * it, as a text of its own. Files and lines may be of any length; a single word of more than 64
   * MiB is refused. After an error the trainer is closed.
   *
   * @throws TokenizerFormatException if a file is not UTF-8
   * @throws BpeTrainingException if the thread is interrupted
   * @throws UncheckedIOException if a file cannot be read
   */
  public void feed(List<Path> files) {
    requireOpen();
    boolean done = false;
    try {
      long total = 0;
      for (Path file : files) {
        total += Files.size(file);
      }
      try (CountingThreads threads = new CountingThreads(counters)) {
        count(files, total, threads);
      }
      done = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage() + ": cannot be read", e);
    } finally {
      if (!done) {
        close();
      }
    }
  }

  private void count(List<Path> files, long total, CountingThreads threads) throws IOException {
    long before = 0;
    listener.counting(0, total);
    for (Path file : files) {
      try (TextBlocks blocks = new TextBlocks(settings, file, blockSize, LONGEST_WORD)) {
        long end = 0;
        for (Optional<TextBlocks.Block> next = blocks.next(); next.isPresent(); ) {
          TextBlocks.Block block = next.get();
          if (!threads.count(block)) {
            return;
          }
          end = block.offset() + block.length();
          listener.counting(before + end, total);
          next = blocks.next();
        }
        before += end;
      }
    }
  }

  /**
   * Trains on what was fed so far, and closes the trainer.
   *
   * @throws BpeTrainingException if the distinct words do not fit into memory
   */
  public TrainedBpe train() {
    requireOpen();
    try (this) {
      TokenBuilder tokens = new TokenBuilder(settings.specialTokens());
      PairMerger merger =
          new PairMerger(
              words(tokens), tokens, settings.maxTokenLength().orElse(Integer.MAX_VALUE));
      int first = tokens.size();
      int wanted = settings.vocabSize() - first;
      while (tokens.size() < settings.vocabSize() && merger.mergeNext(settings.minFrequency())) {
        listener.merging(tokens.size() - first, wanted);
      }
      return new TrainedBpe(settings, tokens.tokens(), tokens.merges());
    }
  }

  private TrainingWords words(TokenBuilder tokens) {
    WordCollector collector = new WordCollector(tokens.byteIds(), Runtime.getRuntime().maxMemory());
    if (spilled.isEmpty() && tableBytes() < MOST_TABLE_BYTES) {
      WordTable all = counters.get(0).table();
      for (WordCounter counter : counters.subList(1, counters.size())) {
        counter.moveTo(all);
      }
      collector.add(all);
    } else {
      counters.forEach(WordCounter::spill);
      spilled.forEachPartition(collector::add);
    }
    counters.clear();
    listener.counted(collector.distinctWords());
    return collector.words();
  }

  private long tableBytes() {
    return counters.stream().mapToLong(counter -> counter.table().bytes()).sum();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the trainer has trained already, or was closed");
    }
  }

  /** Forgets what was fed and removes temporary files. */
  @Override
  public void close() {
    closed = true;
    counters.clear();
    spilled.close();
  }
}
