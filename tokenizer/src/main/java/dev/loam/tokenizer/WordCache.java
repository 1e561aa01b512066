// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The tokens of words seen before. A word has two slots and takes one from whichever word was
 * there, so the size is bounded and old words give way. Words and tokens themselves are stored, not
 * only their hashes, so words cannot be mistaken for each other. One instance serves one thread.
 */
final class WordCache {
  /** Longer words are rare and seldom come again. */
  static final int MAX_WORD = 15;

  /** How many bytes behind the end of a word may be read. */
  static final int OVERRUN = 16;

  private static final int MAX_TOKENS = 4;
  private static final int NO_TOKEN = -1;

  /** Of each word: 15 bytes and its length, which is never 0, then four tokens. */
  private static final int ENTRY = 4;

  private static final int SMALLEST = 1 << 10;
  private static final int LARGEST = 1 << 15;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int most;
  private long[] entries;
  private int untilGrowth;

  WordCache() {
    this(SMALLEST, LARGEST);
  }

  /**
   * @param slots how many it has at first, a power of two above 1
   * @param most how many it may have
   */
  WordCache(int slots, int most) {
    this.most = most;
    this.entries = new long[slots * ENTRY];
    this.untilGrowth = slots;
  }

  /**
   * Adds the tokens of a word, if it is known.
   *
   * @param utf8 has {@link #OVERRUN} more bytes behind the word
   * @param length at most {@link #MAX_WORD}
   */
  boolean get(byte[] utf8, int start, int length, IntBuilder out) {
    long low = low(utf8, start, length);
    long high = high(utf8, start, length);
    int slot = slot(low, high);
    if (entries[slot] != low || entries[slot + 1] != high) {
      slot ^= ENTRY;
      if (entries[slot] != low || entries[slot + 1] != high) {
        return false;
      }
    }
    long first = entries[slot + 2];
    out.add((int) first);
    if (first >= 0) {
      out.add((int) (first >>> 32));
      addSecondPair(entries[slot + 3], out);
    }
    return true;
  }

  private static void addSecondPair(long second, IntBuilder out) {
    if ((int) second != NO_TOKEN) {
      out.add((int) second);
      if (second >= 0) {
        out.add((int) (second >>> 32));
      }
    }
  }

  /** Remembers a word, unless it has very many tokens: those from {@code from} to the end. */
  void put(byte[] utf8, int start, int length, IntBuilder tokens, int from) {
    if (tokens.size() - from > MAX_TOKENS) {
      return;
    }
    if (untilGrowth-- == 0 && entries.length < most * ENTRY) {
      grow();
    }
    put(
        low(utf8, start, length),
        high(utf8, start, length),
        two(tokens, from),
        two(tokens, from + 2));
  }

  private void put(long low, long high, long first, long second) {
    int slot = slot(low, high);
    System.arraycopy(entries, slot, entries, slot ^ ENTRY, ENTRY);
    entries[slot] = low;
    entries[slot + 1] = high;
    entries[slot + 2] = first;
    entries[slot + 3] = second;
  }

  private void grow() {
    long[] old = entries;
    entries = new long[Math.min(4 * old.length, most * ENTRY)];
    untilGrowth = entries.length / ENTRY;
    for (int i = 0; i < old.length; i += ENTRY) {
      if (old[i + 1] != 0) {
        put(old[i], old[i + 1], old[i + 2], old[i + 3]);
      }
    }
  }

  private static long two(IntBuilder tokens, int at) {
    long first = at < tokens.size() ? tokens.get(at) : NO_TOKEN;
    long second = at + 1 < tokens.size() ? tokens.get(at + 1) : NO_TOKEN;
    return (second << 32) | (first & 0xFFFFFFFFL);
  }

  /** The first eight bytes. */
  private static long low(byte[] utf8, int start, int length) {
    long bytes = (long) LONGS.get(utf8, start);
    return length < 8 ? bytes & ((1L << (8 * length)) - 1) : bytes;
  }

  /** The other bytes and the length. */
  private static long high(byte[] utf8, int start, int length) {
    long bytes = (long) LONGS.get(utf8, start + 8);
    return (length <= 8 ? 0 : bytes & ((1L << (8 * (length - 8))) - 1)) | ((long) length << 56);
  }

  private int slot(long low, long high) {
    long hash = (low ^ high * 0xC2B2AE3D27D4EB4FL) * 0x9E3779B97F4A7C15L;
    return (int) (hash >>> 32) & (entries.length - ENTRY);
  }
}
