// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import dev.loam.tokenizer.internal.ByteLevel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The same training in the plainest way: words are lists, and the best pair is looked for. */
final class ReferenceTrainer {
  private record Pair(int left, int right) {}

  /** A pair with the words it was in when it was queued. */
  private static final class Entry {
    final Pair pair;
    final Set<Integer> words;
    long count;

    Entry(Pair pair, Set<Integer> words, long count) {
      this.pair = pair;
      this.words = words;
      this.count = count;
    }
  }

  private final BpeTrainerSettings settings;
  private final List<String> tokens = new ArrayList<>();
  private final List<List<Integer>> words = new ArrayList<>();
  private final List<Long> wordCounts = new ArrayList<>();
  private final Map<Pair, Long> counts = new HashMap<>();
  private final List<Entry> queue = new ArrayList<>();
  private final Map<Pair, Set<Integer>> gained = new LinkedHashMap<>();

  private ReferenceTrainer(BpeTrainerSettings settings) {
    this.settings = settings;
  }

  static TrainedBpe train(BpeTrainerSettings settings, List<String> texts) {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String text : texts) {
      byte[] utf8 = settings.normalization().apply(text).getBytes(StandardCharsets.UTF_8);
      for (int start = 0; start < utf8.length; ) {
        int end = settings.preTokenizer().wordEnd(utf8, start, utf8.length);
        byte[] word = Arrays.copyOfRange(utf8, start, end);
        counts.merge(ByteLevel.write(word), 1L, Long::sum);
        start = end;
      }
    }
    return new ReferenceTrainer(settings).train(counts);
  }

  private TrainedBpe train(Map<String, Long> distinct) {
    settings.specialTokens().forEach(this::id);
    TokenBuilder.byteCharacters().forEach(this::id);
    distinct.forEach(
        (word, count) -> {
          words.add(
              new ArrayList<>(word.chars().mapToObj(c -> id(String.valueOf((char) c))).toList()));
          wordCounts.add(count);
        });
    for (int word = 0; word < words.size(); word++) {
      for (int i = 1; i < words.get(word).size(); i++) {
        change(word, new Pair(words.get(word).get(i - 1), words.get(word).get(i)), 1);
      }
    }
    queueGained();
    Map<Pair, TrainedBpe.Merge> merges = new LinkedHashMap<>();
    while (tokens.size() < settings.vocabSize()) {
      Optional<Entry> best = best();
      if (best.isEmpty() || best.get().count < Math.max(1, settings.minFrequency())) {
        break;
      }
      queue.remove(best.get());
      Pair pair = best.get().pair;
      String left = tokens.get(pair.left());
      String right = tokens.get(pair.right());
      merges.remove(pair);
      merges.put(pair, new TrainedBpe.Merge(left, right));
      int result = id(left + right);
      best.get().words.forEach(word -> merge(word, pair, result));
      queueGained();
    }
    return new TrainedBpe(settings, tokens, List.copyOf(merges.values()));
  }

  private int id(String token) {
    if (!tokens.contains(token)) {
      tokens.add(token);
    }
    return tokens.indexOf(token);
  }

  private Optional<Entry> best() {
    while (true) {
      Optional<Entry> best = queue.stream().reduce((a, b) -> isBefore(b, a) ? b : a);
      if (best.isEmpty() || best.get().count == count(best.get().pair)) {
        return best;
      }
      best.get().count = count(best.get().pair);
    }
  }

  private long count(Pair pair) {
    return counts.getOrDefault(pair, 0L);
  }

  private static boolean isBefore(Entry a, Entry b) {
    if (a.count != b.count) {
      return a.count > b.count;
    } else if (a.pair.left() != b.pair.left()) {
      return a.pair.left() < b.pair.left();
    }
    return a.pair.right() < b.pair.right();
  }

  private void merge(int index, Pair pair, int result) {
    List<Integer> word = words.get(index);
    for (int i = 0; i + 1 < word.size(); i++) {
      if (word.get(i) == pair.left() && word.get(i + 1) == pair.right()) {
        word.set(i, result);
        word.remove(i + 1);
        if (i > 0) {
          change(index, new Pair(word.get(i - 1), pair.left()), -1);
          change(index, new Pair(word.get(i - 1), result), 1);
        }
        if (i + 1 < word.size()) {
          change(index, new Pair(pair.right(), word.get(i + 1)), -1);
          change(index, new Pair(result, word.get(i + 1)), 1);
        }
      }
    }
  }

  private void change(int word, Pair pair, int change) {
    int length = tokens.get(pair.left()).length() + tokens.get(pair.right()).length();
    boolean isInitial = length == 2;
    if (!isInitial && length >= settings.maxTokenLength().orElse(Integer.MAX_VALUE)) {
      return;
    }
    counts.merge(pair, change * wordCounts.get(word), Long::sum);
    if (change > 0) {
      gained.computeIfAbsent(pair, any -> new LinkedHashSet<>()).add(word);
    }
  }

  private void queueGained() {
    gained.forEach(
        (pair, in) -> {
          if (count(pair) > 0) {
            queue.add(new Entry(pair, in, count(pair)));
          }
        });
    gained.clear();
  }
}
