// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * How often each pair of neighbouring tokens occurs, and which pair comes next. A queued pair keeps
 * the count it had when it was queued and is put back with the present one when it comes up; counts
 * only fall meanwhile, since a pair that gains words is queued again with these.
 */
final class PairCounts {
  /**
   * A pair to merge.
   *
   * @param pair written by {@link MergeTable#pair}
   * @param words where it was when it was queued
   */
  record Candidate(long pair, long count, IntBuilder words) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair);

  private final List<TrainingWord> words;
  private final Map<Long, Long> counts = new HashMap<>();
  private final Map<Long, IntBuilder> gained = new HashMap<>();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>(BEST_FIRST);

  PairCounts(List<TrainingWord> words) {
    this.words = words;
    for (int i = 0; i < words.size(); i++) {
      int word = i;
      words.get(i).pairs((pair, change) -> update(word, pair, change));
    }
    queueGained();
  }

  /**
   * The most frequent pair, with the smallest ids among equals; empty if none is frequent enough.
   */
  Optional<Candidate> next(long minFrequency) {
    while (!queue.isEmpty()) {
      Candidate best = queue.remove();
      long count = count(best.pair());
      if (count == best.count()) {
        return count >= minFrequency ? Optional.of(best) : Optional.empty();
      }
      queue.add(new Candidate(best.pair(), count, best.words()));
    }
    return Optional.empty();
  }

  /** Merges a pair in all its words. */
  void merge(Candidate candidate, int result) {
    int left = (int) (candidate.pair() >>> 32);
    int right = (int) candidate.pair();
    for (int i = 0; i < candidate.words().size(); i++) {
      int word = candidate.words().get(i);
      words.get(word).merge(left, right, result, (pair, change) -> update(word, pair, change));
    }
    queueGained();
  }

  private void update(int word, long pair, int change) {
    counts.merge(pair, change * words.get(word).count(), Long::sum);
    if (change > 0) {
      IntBuilder at = gained.computeIfAbsent(pair, any -> new IntBuilder());
      if (at.size() == 0 || at.get(at.size() - 1) != word) {
        at.add(word);
      }
    }
  }

  private void queueGained() {
    gained.forEach(
        (pair, at) -> {
          if (count(pair) > 0) {
            queue.add(new Candidate(pair, count(pair), at));
          }
        });
    gained.clear();
  }

  private long count(long pair) {
    return counts.getOrDefault(pair, 0L);
  }
}
