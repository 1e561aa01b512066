// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.ByteLevel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The tokens of a vocabulary, as the bytes they stand for: those of a token in the alphabet of
 * {@link ByteLevel}, else the UTF-8 of what is written, in which case the token is "literal". Open
 * addressing finds ids by bytes. Grows until it is shared.
 */
final class TokenSlab {
  private static final int LITERAL = 1 << 31;
  private static final int NONE = -1;

  /** The bytes of all tokens in the order in which they came. */
  private byte[] bytes;

  private int used;

  /** For each id where its token starts; {@link #NONE} for an id without one. */
  private int[] starts;

  /** For each id how long its token is, and whether it is {@link #LITERAL}. */
  private int[] lengths;

  private int size;

  /** Ids at the slots of their tokens, {@link #NONE} at free ones; a power of two long. */
  private int[] slots;

  private int count;

  /**
   * @param expected about how many tokens there will be
   */
  TokenSlab(int expected) {
    bytes = new byte[0];
    starts = new int[0];
    lengths = new int[0];
    slots = new int[Integer.highestOneBit(2 * Math.max(8, expected))];
    Arrays.fill(slots, NONE);
  }

  private TokenSlab(TokenSlab other) {
    bytes = Arrays.copyOf(other.bytes, other.used);
    used = other.used;
    starts = Arrays.copyOf(other.starts, other.size);
    lengths = Arrays.copyOf(other.lengths, other.size);
    size = other.size;
    slots = other.slots.clone();
    count = other.count;
  }

  /** Gives back what was reserved for growth. */
  void trim() {
    bytes = Arrays.copyOf(bytes, used);
    starts = Arrays.copyOf(starts, size);
    lengths = Arrays.copyOf(lengths, size);
  }

  TokenSlab copy() {
    return new TokenSlab(this);
  }

  /** One more than the largest id. */
  int size() {
    return size;
  }

  /** How many bytes all tokens have. */
  int used() {
    return used;
  }

  boolean has(int id) {
    return id >= 0 && id < size && starts[id] != NONE;
  }

  /** How many bytes a token stands for; 0 for an id without one. */
  int length(int id) {
    return has(id) ? lengths[id] & ~LITERAL : 0;
  }

  /** Whether a token is there that is not written in the alphabet. */
  boolean isLiteral(int id) {
    return has(id) && lengths[id] < 0;
  }

  /** Where a token's bytes start. */
  int start(int id) {
    return starts[id];
  }

  /** The bytes of all tokens, not to be changed. */
  byte[] bytes() {
    return bytes;
  }

  /** Copies the bytes of a token. */
  void copy(int id, byte[] target, int at) {
    System.arraycopy(bytes, starts[id], target, at, length(id));
  }

  /** A token as it is written in the vocabulary. */
  String token(int id) {
    int start = starts[id];
    int end = start + length(id);
    return lengths[id] < 0
        ? new String(bytes, start, end - start, StandardCharsets.UTF_8)
        : ByteLevel.write(Arrays.copyOfRange(bytes, start, end));
  }

  /** The id of a token as it is written in the vocabulary, or -1. */
  int find(String token) {
    byte[] wanted = ByteLevel.read(token);
    return find(wanted, 0, wanted.length, !ByteLevel.isAlphabet(token));
  }

  /** The id of the token with these bytes, or -1. */
  int find(byte[] wanted, int from, int to, boolean literal) {
    return slots[slot(wanted, from, to, literal)];
  }

  /**
   * Adds a token that is not empty, unless it is there or another has the id.
   *
   * @return the id that it has already, or -1
   */
  int add(String token, int id) {
    byte[] added = ByteLevel.read(token);
    return add(added, added.length, !ByteLevel.isAlphabet(token), id);
  }

  /** As {@link #add(String, int)}, of a token given by its bytes, the first {@code length}. */
  int add(byte[] added, int length, boolean literal, int id) {
    int slot = slot(added, 0, length, literal);
    if (slots[slot] != NONE || has(id)) {
      return slots[slot];
    }
    slots[slot] = id;
    bytes = reserve(bytes, used + length);
    System.arraycopy(added, 0, bytes, used, length);
    if (id >= starts.length) {
      int old = starts.length;
      starts = Arrays.copyOf(starts, Math.max(id + 1, old + (old >> 1) + 64));
      lengths = Arrays.copyOf(lengths, starts.length);
      Arrays.fill(starts, old, starts.length, NONE);
    }
    starts[id] = used;
    lengths[id] = length | (literal ? LITERAL : 0);
    used += length;
    size = Math.max(size, id + 1);
    if (++count > slots.length / 4 * 3) {
      rehash();
    }
    return NONE;
  }

  private static byte[] reserve(byte[] array, int wanted) {
    return wanted <= array.length
        ? array
        : Arrays.copyOf(array, Math.max(wanted, array.length + (array.length >> 1)));
  }

  private void rehash() {
    slots = new int[2 * slots.length];
    Arrays.fill(slots, NONE);
    for (int id = 0; id < size; id++) {
      if (has(id)) {
        slots[slot(bytes, starts[id], starts[id] + length(id), lengths[id] < 0)] = id;
      }
    }
  }

  /** Where a token is, or where there is room for it. */
  private int slot(byte[] wanted, int from, int to, boolean literal) {
    int hash = literal ? 1 : 0;
    for (int i = from; i < to; i++) {
      hash = (hash ^ wanted[i]) * 0x5BD1E995;
      hash ^= hash >>> 15; // without it a file could hold any number of tokens of one hash
    }
    int slot = hash & slots.length - 1;
    while (slots[slot] != NONE && !is(slots[slot], wanted, from, to, literal)) {
      slot = slot + 1 & slots.length - 1;
    }
    return slot;
  }

  /** Whether the token of an id has these bytes. */
  boolean is(int id, byte[] wanted, int from, int to, boolean literal) {
    int start = starts[id];
    return lengths[id] < 0 == literal
        && Arrays.equals(bytes, start, start + length(id), wanted, from, to);
  }
}
