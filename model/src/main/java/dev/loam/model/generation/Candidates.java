// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * The tokens that may come next and their scores. Each rule takes some away; the order in which
 * rules are applied matters, and is the caller's. Memory is used again for the next token.
 */
final class Candidates {
  private final int vocabulary;
  private final int[] ids;
  private final float[] scores;
  private final float[] scratch;
  private double temperature;
  private int count;

  Candidates(int vocabulary) {
    this.vocabulary = vocabulary;
    ids = new int[vocabulary];
    scores = new float[vocabulary];
    scratch = new float[vocabulary];
  }

  /** Room for the logits of all tokens, to be filled before {@link #begin}. */
  float[] logits() {
    return scores;
  }

  /** Lets all tokens be candidates, with the logits they were given. */
  void begin() {
    Arrays.setAll(ids, i -> i);
    count = vocabulary;
    temperature = 1;
  }

  int count() {
    return count;
  }

  int id(int i) {
    return ids[i];
  }

  /** The logit after penalty and temperature. */
  double score(int i) {
    return scores[i] / temperature;
  }

  /**
   * Checks that probabilities can be made of the logits.
   *
   * @throws IllegalStateException if one is not a number or infinite, or all are minus infinity
   */
  void requireProbabilities() {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count && largest < Float.POSITIVE_INFINITY; i++) {
      largest = Math.max(largest, scores[i]); // not a number if either is none
    }
    if (!Float.isFinite(largest)) {
      throw new IllegalStateException(
          "the model's logits are not numbers; its weights are damaged or its training diverged");
    }
  }

  /** To be applied first, while all tokens are there. */
  void penalize(BitSet seen, double penalty) {
    for (int id = seen.nextSetBit(0); id >= 0; id = seen.nextSetBit(id + 1)) {
      double score = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
      // Not infinite, lest the difference of two scores be no number.
      scores[id] = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, score));
    }
  }

  /** The most probable token, of several the one with the smallest id. */
  int mostProbable() {
    int best = 0;
    for (int i = 1; i < count; i++) {
      if (scores[i] > scores[best]) {
        best = i;
      }
    }
    return ids[best];
  }

  /** Scores are divided by this from now on. It does not change their order. */
  void temper(double divisor) {
    temperature = divisor;
  }

  /** Keeps the k largest, and all that equal the smallest of them. */
  void keepTop(int k) {
    if (k < count) {
      System.arraycopy(scores, 0, scratch, 0, count);
      keepFrom(Selection.largest(scratch, count, k));
    }
  }

  /**
   * Keeps the most probable tokens, as few as have this probability together; but at least some.
   *
   * @param atLeast how many are kept in any case
   */
  void keepProbability(double p, int atLeast) {
    sort();
    double largest = scores[count - 1];
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weight(scores[i], largest);
    }
    int removed = 0;
    double below = 0;
    while (removed < count - atLeast) {
      below += weight(scores[removed], largest);
      if (below > (1 - p) * total) {
        break;
      }
      removed++;
    }
    System.arraycopy(ids, removed, ids, 0, count - removed);
    System.arraycopy(scores, removed, scores, 0, count - removed);
    count -= removed;
  }

  /** Keeps tokens that are at least so many times as probable as the most probable one. */
  void keepRelative(double share) {
    double largest = largest();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (weight(scores[i], largest) >= share) {
        keep(i, kept++);
      }
    }
    count = kept;
  }

  /** Draws a token, each with its probability. */
  int draw(RandomGenerator random) {
    double largest = largest();
    double total = 0;
    for (int i = 0; i < count; i++) {
      total += weight(scores[i], largest);
    }
    double rest = random.nextDouble() * total;
    for (int i = 0; i < count - 1; i++) {
      rest -= weight(scores[i], largest);
      if (rest < 0) {
        return ids[i];
      }
    }
    return ids[count - 1];
  }

  /** A probability, but for a factor that all have. */
  private double weight(float score, double largest) {
    return score == largest ? 1 : Math.exp((score - largest) / temperature);
  }

  private float largest() {
    float largest = scores[0];
    for (int i = 1; i < count; i++) {
      largest = Math.max(largest, scores[i]);
    }
    return largest;
  }

  private void keepFrom(float threshold) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (scores[i] >= threshold) {
        keep(i, kept++);
      }
    }
    count = kept;
  }

  private void keep(int from, int to) {
    ids[to] = ids[from];
    scores[to] = scores[from];
  }

  /** Ascending by score, of equal ones by descending id. */
  private void sort() {
    long[] keys = new long[count];
    for (int i = 0; i < count; i++) {
      int bits = Float.floatToIntBits(scores[i]);
      keys[i] = (long) ascending(bits) << 32 | (Integer.MAX_VALUE - ids[i]);
    }
    Arrays.sort(keys);
    for (int i = 0; i < count; i++) {
      scores[i] = Float.intBitsToFloat(ascending((int) (keys[i] >> 32)));
      ids[i] = Integer.MAX_VALUE - (int) keys[i];
    }
  }

  /** Of a float's bits an integer of the same order, and of that the bits again. */
  private static int ascending(int bits) {
    return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
  }
}
