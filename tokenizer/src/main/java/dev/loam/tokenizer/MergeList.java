// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.ByteLevel;
import dev.loam.tokenizer.internal.JsonValue;
import java.util.Arrays;
import java.util.function.Function;

/** Collects the merges of a model in the order of their ranks. */
final class MergeList {
  private static final int LIMIT = 1 << 20;

  private final Vocabulary vocabulary;
  private final Function<String, TokenizerFormatException> problem;
  private long[] pairs = new long[1024];
  private int[] results = new int[1024];
  private int size;

  /** The bytes of a merge's two tokens. */
  private byte[] bytes = new byte[256];

  /**
   * @param problem makes a complaint about the place where the merge at hand is given
   */
  MergeList(Vocabulary vocabulary, Function<String, TokenizerFormatException> problem) {
    this.vocabulary = vocabulary;
    this.problem = problem;
  }

  /** Adds a merge of two tokens. */
  void add(String left, String right) {
    if (!addInAlphabet(left, right)) {
      add(known(left), known(right), known(left + right));
    }
  }

  /**
   * Adds a merge of two tokens that are written in the alphabet; false if one or the result is not
   * in the vocabulary.
   *
   * @param bytes those of the left one up to {@code middle}, then those of the right one
   */
  boolean add(byte[] bytes, int middle, int end) {
    int left = vocabulary.find(bytes, 0, middle);
    int right = vocabulary.find(bytes, middle, end);
    // Trained tokenizers number what is merged in the order of the merges.
    int next = size == 0 ? 0 : results[size - 1] + 1;
    int result = vocabulary.is(next, bytes, 0, end) ? next : vocabulary.find(bytes, 0, end);
    if (left < 0 || right < 0 || result < 0) {
      return false;
    }
    add(left, right, result);
    return true;
  }

  private void add(int left, int right, int result) {
    if (size == LIMIT) {
      throw problem.apply("there are more than " + LIMIT + " merges");
    }
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * size);
      results = Arrays.copyOf(results, pairs.length);
    }
    pairs[size] = MergeTable.pair(left, right);
    results[size] = result;
    size++;
  }

  MergeTable build() {
    return new MergeTable(Arrays.copyOf(pairs, size), Arrays.copyOf(results, size));
  }

  /** The quick way, for tokens that exist and are written in the alphabet, as nearly all are. */
  private boolean addInAlphabet(String left, String right) {
    int middle = left.length();
    int end = middle + right.length();
    if (end > bytes.length) {
      bytes = new byte[2 * end];
    }
    return read(left, 0) && read(right, middle) && add(bytes, middle, end);
  }

  private boolean read(String token, int at) {
    for (int i = 0; i < token.length(); i++) {
      int value = ByteLevel.byteOf(token.charAt(i));
      if (value < 0) {
        return false;
      }
      bytes[at + i] = (byte) value;
    }
    return true;
  }

  private int known(String token) {
    return vocabulary
        .id(token)
        .orElseThrow(
            () ->
                problem.apply(
                    "the token " + JsonValue.quoted(token) + " is not in the vocabulary"));
  }
}
