// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Trains a byte-level BPE tokenizer as Hugging Face's {@code BpeTrainer} does, to the same
 * vocabulary and merges.
 *
 * <p>The ids are: the special tokens in the order given, the 256 byte tokens in the order of their
 * characters, then one token for each merge. The pair that occurs most often is merged first; among
 * equally frequent pairs the one with the smaller left id, then the smaller right id. A merge whose
 * result is a token already keeps that token. Training ends when the vocabulary is full or no pair
 * is frequent enough. Special tokens inside the texts are trained on as plain text.
 *
 * <p>Not safe to share among threads.
 */
public final class ByteLevelBpeTrainer {
  private final BpeTrainerSettings settings;
  private final Map<String, Long> wordCounts = new HashMap<>();

  /** A trainer that has seen no text. */
  public ByteLevelBpeTrainer(BpeTrainerSettings settings) {
    this.settings = settings;
  }

  /** Takes a text into account. Words do not reach from one text into the next. */
  public void feed(String text) {
    String normalized = settings.normalization().apply(Utf16.replaceLoneSurrogates(text));
    for (int start = 0; start < normalized.length(); ) {
      int end = settings.preTokenizer().wordEnd(normalized, start);
      wordCounts.merge(normalized.substring(start, end), 1L, Long::sum);
      start = end;
    }
  }

  /**
   * Takes a UTF-8 file into account, each line with its line feed as a text of its own.
   *
   * @throws TokenizerFormatException if the file is not UTF-8
   * @throws UncheckedIOException if it cannot be read
   */
  public void feed(Path file) {
    try (BufferedReader in = Files.newBufferedReader(file)) {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c >= 0; c = in.read()) {
        line.append((char) c);
        if (c == '\n') {
          feed(line.toString());
          line.setLength(0);
        }
      }
      feed(line.toString());
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
  }

  /** Trains on what was fed so far. */
  public TrainedBpe train() {
    List<String> vocabulary = new ArrayList<>(settings.specialTokens());
    Map<String, Integer> ids = new HashMap<>();
    vocabulary.forEach(token -> ids.put(token, ids.size()));
    byteCharacters()
        .forEach(
            token -> {
              if (ids.putIfAbsent(token, vocabulary.size()) == null) {
                vocabulary.add(token);
              }
            });
    PairCounts pairs = new PairCounts(words(ids));
    // Of a pair that is merged again, because one of its tokens arose in a second way, the later
    // rank holds: the map keeps the order of the last merges.
    Map<Long, TrainedBpe.Merge> merges = new LinkedHashMap<>();
    while (vocabulary.size() < settings.vocabSize()) {
      Optional<PairCounts.Candidate> best = pairs.next(settings.minFrequency());
      if (best.isEmpty()) {
        break;
      }
      long pair = best.get().pair();
      String left = vocabulary.get((int) (pair >>> 32));
      String right = vocabulary.get((int) pair);
      Integer known = ids.putIfAbsent(left + right, vocabulary.size());
      int result = known == null ? vocabulary.size() : known;
      if (known == null) {
        vocabulary.add(left + right);
      }
      merges.remove(pair);
      merges.put(pair, new TrainedBpe.Merge(left, right));
      pairs.merge(best.get(), result);
    }
    return new TrainedBpe(settings, vocabulary, List.copyOf(merges.values()));
  }

  private static List<String> byteCharacters() {
    List<String> characters = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      characters.add(String.valueOf(ByteLevel.charOf(b)));
    }
    characters.sort(null);
    return characters;
  }

  private List<TrainingWord> words(Map<String, Integer> ids) {
    List<TrainingWord> words = new ArrayList<>(wordCounts.size());
    wordCounts.forEach(
        (word, count) -> {
          byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
          int[] tokens =
              ByteLevel.write(bytes).chars().map(c -> ids.get(String.valueOf((char) c))).toArray();
          words.add(new TrainingWord(tokens, count));
        });
    return words;
  }
}
