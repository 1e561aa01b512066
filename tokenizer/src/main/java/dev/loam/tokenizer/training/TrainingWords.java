// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The distinct words of the training text, each as the tokens it consists of so far. A word is
 * named by a handle and lies in one piece in an array of ints: its length, its count in two ints,
 * its tokens. For one thread.
 */
final class TrainingWords {
  /** Ints before the first token of a word. */
  static final int HEADER = 3;

  private static final int ALIGNMENT = 4;
  private static final int FIRST_CHUNK = 1 << 12;
  private static final int LAST_CHUNK = 1 << 22;
  private static final int POSITION_BITS = 20;
  private static final int POSITION_MASK = (1 << POSITION_BITS) - 1;
  private static final int MOST_CHUNKS = 1 << (Integer.SIZE - POSITION_BITS);

  private int[][] chunks = new int[4][];
  private int[] used = new int[4];
  private int chunkCount;

  /** The bytes that a word takes. */
  static long bytes(int length) {
    return (long) Integer.BYTES * ints(length);
  }

  private static int ints(int length) {
    return (HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * Adds a word.
   *
   * @param tokens the token of each byte
   */
  void add(byte[] source, int from, int length, long count, int[] tokens) {
    int ints = ints(length);
    if (chunkCount == 0 || chunks[chunkCount - 1].length - used[chunkCount - 1] < ints) {
      addChunk(ints);
    }
    int[] chunk = chunks[chunkCount - 1];
    int position = used[chunkCount - 1];
    chunk[position] = length;
    chunk[position + 1] = (int) count;
    chunk[position + 2] = (int) (count >>> Integer.SIZE);
    for (int i = 0; i < length; i++) {
      chunk[position + HEADER + i] = tokens[source[from + i] & 0xFF];
    }
    used[chunkCount - 1] += ints;
  }

  private void addChunk(int atLeast) {
    if (chunkCount == MOST_CHUNKS) {
      throw new BpeTrainingException(
          "the distinct words are more than 64 GiB as tokens; train on a part of the text");
    }
    if (chunkCount == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * chunkCount);
      used = Arrays.copyOf(used, 2 * chunkCount);
    }
    int size = chunkCount >= 10 ? LAST_CHUNK : FIRST_CHUNK << chunkCount;
    chunks[chunkCount++] = new int[Math.max(size, atLeast)];
  }

  /** Names every word. Only before the first merge, which changes lengths. */
  void forEach(IntConsumer action) {
    for (int i = 0; i < chunkCount; i++) {
      for (int position = 0; position < used[i]; position += ints(chunks[i][position])) {
        action.accept(i << POSITION_BITS | position / ALIGNMENT);
      }
    }
  }

  /** The array in which a word lies. */
  int[] chunk(int word) {
    return chunks[word >>> POSITION_BITS];
  }

  /** Where in its array the word begins, with its length. */
  static int position(int word) {
    return (word & POSITION_MASK) * ALIGNMENT;
  }

  /** How often a word occurs. */
  static long count(int[] chunk, int position) {
    return (long) chunk[position + 2] << Integer.SIZE | Integer.toUnsignedLong(chunk[position + 1]);
  }
}
