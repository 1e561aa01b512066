// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;

/**
 * Remembers a number for each of few tokens, so that the hash table is asked once for each
 * different neighbour of a merged pair. Begins anew in no time. For one thread.
 */
final class Neighbours {
  private int[] numbers = new int[0];
  private int[] rounds = new int[0];
  private int round;

  /** Forgets everything. */
  void clear(int tokens) {
    if (tokens > numbers.length) {
      numbers = Arrays.copyOf(numbers, tokens + (tokens >> 1));
      rounds = Arrays.copyOf(rounds, numbers.length);
    }
    round++;
  }

  boolean has(int token) {
    return rounds[token] == round;
  }

  int get(int token) {
    return numbers[token];
  }

  /** Remembers and returns a number. */
  int put(int token, int number) {
    rounds[token] = round;
    numbers[token] = number;
    return number;
  }
}
