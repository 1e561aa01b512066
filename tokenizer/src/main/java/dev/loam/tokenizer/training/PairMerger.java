// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

/**
 * Merges the most frequent pair of tokens again and again. For one thread.
 *
 * <p>As in Hugging Face's library a pair keeps its count when it is merged, less what neighbours
 * take away. This matters where a pair arises anew later, because one of its tokens was made in a
 * second way: it then counts for more than it occurs.
 */
final class PairMerger {
  private final TrainingWords words;
  private final TokenBuilder tokens;
  private final long maxTokenLength;
  private final PairTable pairs = new PairTable();
  private final PairQueue queue = new PairQueue(pairs);
  private final GainedPairs gained = new GainedPairs(pairs, queue);

  // For the merge at hand: pairs of a token and the left or right part, as index or -1, and of a
  // token and the result, as number among the gained ones or -1.
  private final Neighbours lostBefore = new Neighbours();
  private final Neighbours lostAfter = new Neighbours();
  private final Neighbours gainedBefore = new Neighbours();
  private final Neighbours gainedAfter = new Neighbours();

  /**
   * Counts the pairs.
   *
   * @param maxTokenLength pairs of so many characters and more are merged only if they were there
   *     from the start
   */
  PairMerger(TrainingWords words, TokenBuilder tokens, long maxTokenLength) {
    this.words = words;
    this.tokens = tokens;
    this.maxTokenLength = maxTokenLength;
    InitialPairs.queue(words, pairs, queue);
  }

  /**
   * Merges the next pair.
   *
   * @return false if none is left that is frequent enough
   */
  boolean mergeNext(long minFrequency) {
    int entry = queue.first();
    if (entry < 0) {
      return false;
    }
    int index = queue.pair(entry);
    if (pairs.count(index) < Math.max(1, minFrequency)) {
      return false;
    }
    queue.removeFirst();
    long pair = pairs.pair(index);
    int result = tokens.merge(pair);
    lostBefore.clear(tokens.size());
    lostAfter.clear(tokens.size());
    gainedBefore.clear(tokens.size());
    gainedAfter.clear(tokens.size());
    IntPool pool = queue.pool();
    for (long i = queue.wordsStart(entry); i < queue.wordsEnd(entry); i++) {
      merge(pool.get(i), PairTable.left(pair), PairTable.right(pair), result);
    }
    gained.queue();
    return true;
  }

  /** Replaces a pair in a word, from left to right. */
  private void merge(int word, int left, int right, int result) {
    int[] chunk = words.chunk(word);
    int position = TrainingWords.position(word);
    int first = position + TrainingWords.HEADER;
    int end = first + chunk[position];
    long count = TrainingWords.count(chunk, position);
    int to = first;
    for (int from = first; from < end; to++) {
      if (chunk[from] != left || from + 1 == end || chunk[from + 1] != right) {
        chunk[to] = chunk[from++];
        continue;
      }
      from += 2;
      chunk[to] = result;
      if (to > first) {
        int before = chunk[to - 1];
        lose(lostBefore, before, PairTable.pair(before, left), count);
        gain(gainedBefore, before, PairTable.pair(before, result), word, count);
      }
      if (from < end) {
        int after = chunk[from];
        lose(lostAfter, after, PairTable.pair(right, after), count);
        gain(gainedAfter, after, PairTable.pair(result, after), word, count);
      }
    }
    chunk[position] = to - first;
  }

  private void lose(Neighbours known, int neighbour, long pair, long count) {
    int index =
        known.has(neighbour) ? known.get(neighbour) : known.put(neighbour, pairs.find(pair));
    if (index >= 0) { // else it is too long and was never counted
      pairs.add(index, -count);
    }
  }

  private void gain(Neighbours known, int neighbour, long pair, int word, long count) {
    int number =
        known.has(neighbour) ? known.get(neighbour) : known.put(neighbour, gainedNumber(pair));
    if (number >= 0) {
      gained.add(number, word, count);
    }
  }

  private int gainedNumber(long pair) {
    int length = tokens.length(PairTable.left(pair)) + tokens.length(PairTable.right(pair));
    return length < maxTokenLength ? gained.number(pairs.findOrAdd(pair)) : -1;
  }
}
