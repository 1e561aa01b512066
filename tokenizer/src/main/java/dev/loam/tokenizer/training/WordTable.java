// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How often each word occurs: a hash table with open addressing over words that lie in slabs of
 * bytes, each as its hash (4 bytes), its length (4), its count (8) and itself, padded to a multiple
 * of 8. For one thread.
 */
final class WordTable {
  /** Bytes before the word itself. */
  static final int HEADER = 16;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MIX = 0x9E3779B97F4A7C15L;
  private static final int ALIGNMENT = 8;
  private static final int FIRST_SLAB = 1 << 12;
  private static final int LAST_SLAB = 1 << 20;
  private static final int POSITION_BITS = 17;
  private static final int POSITION_MASK = (1 << POSITION_BITS) - 1;
  private static final int MOST_SLABS = 1 << (Integer.SIZE - POSITION_BITS);
  private static final int FIRST_SLOTS = 1 << 8;

  /** Takes the entries of a table: where one begins in its slab. */
  interface Visitor {
    void visit(byte[] slab, int entry);
  }

  private int[] slots = new int[FIRST_SLOTS]; // where an entry lies, or 0
  private byte[][] slabs = new byte[4][];
  private int slabCount;
  private int used; // of the last slab
  private int size;
  private long bytes = (long) Integer.BYTES * FIRST_SLOTS;

  static int hash(byte[] slab, int entry) {
    return (int) INT.get(slab, entry);
  }

  static int length(byte[] slab, int entry) {
    return (int) INT.get(slab, entry + 4);
  }

  static long count(byte[] slab, int entry) {
    return (long) LONG.get(slab, entry + 8);
  }

  /** Writes what stands before a word. */
  static void putHeader(byte[] slab, int entry, int hash, int length, long count) {
    INT.set(slab, entry, hash);
    INT.set(slab, entry + 4, length);
    LONG.set(slab, entry + 8, count);
  }

  /** The hash of a word. */
  static int hash(byte[] source, int from, int length) {
    long hash = length;
    int i = from;
    for (; i + 8 <= from + length; i += 8) {
      hash = (hash ^ (long) LONG.get(source, i)) * MIX;
      hash ^= hash >>> 29;
    }
    for (; i < from + length; i++) {
      hash = (hash ^ (source[i] & 0xFF)) * MIX;
    }
    hash = (hash ^ (hash >>> 32)) * MIX;
    return (int) (hash >>> 32);
  }

  /** The number of words. */
  int size() {
    return size;
  }

  /** The memory it takes. */
  long bytes() {
    return bytes;
  }

  /**
   * Counts a word.
   *
   * @param limit bytes that it may take
   * @return false if the word is new and there is no room for it; then nothing was changed
   */
  boolean add(byte[] source, int from, int length, int hash, long count, long limit) {
    int mask = slots.length - 1;
    int slot = hash & mask;
    for (; slots[slot] != 0; slot = (slot + 1) & mask) {
      byte[] slab = slabs[slots[slot] >>> POSITION_BITS];
      int entry = (slots[slot] & POSITION_MASK) * ALIGNMENT;
      if (hash(slab, entry) == hash
          && length(slab, entry) == length
          && Arrays.equals(
              slab, entry + HEADER, entry + HEADER + length, source, from, from + length)) {
        LONG.set(slab, entry + 8, count(slab, entry) + count);
        return true;
      }
    }
    if (!hasRoom(HEADER + length, limit)) {
      return false;
    }
    slots[slot] = append(source, from, length, hash, count);
    size++;
    if (3L * size > 2L * slots.length) {
      doubleSlots();
    }
    return true;
  }

  /** The first word always has room. */
  private boolean hasRoom(int entryBytes, long limit) {
    if (size == 0) {
      return true;
    }
    boolean doubles = 3L * (size + 1) > 2L * slots.length;
    long more = doubles ? (long) Integer.BYTES * slots.length : 0;
    if (fits(entryBytes)) {
      return bytes + more <= limit;
    }
    return bytes + more + slabSize(entryBytes) <= limit && slabCount < MOST_SLABS && size < 1 << 29;
  }

  private boolean fits(int entryBytes) {
    return slabCount > 0 && entryBytes <= slabs[slabCount - 1].length - used;
  }

  private int slabSize(int entryBytes) {
    int size = slabCount >= 8 ? LAST_SLAB : FIRST_SLAB << slabCount;
    return Math.max(size, ALIGNMENT + entryBytes);
  }

  private int append(byte[] source, int from, int length, int hash, long count) {
    if (!fits(HEADER + length)) {
      if (slabCount == slabs.length) {
        slabs = Arrays.copyOf(slabs, 2 * slabCount);
      }
      byte[] slab = new byte[slabSize(HEADER + length)];
      slabs[slabCount++] = slab;
      used = ALIGNMENT; // so that no entry is at 0
      bytes += slab.length;
    }
    byte[] slab = slabs[slabCount - 1];
    int entry = used;
    putHeader(slab, entry, hash, length, count);
    System.arraycopy(source, from, slab, entry + HEADER, length);
    used += (HEADER + length + ALIGNMENT - 1) & -ALIGNMENT;
    return (slabCount - 1) << POSITION_BITS | entry / ALIGNMENT;
  }

  private void doubleSlots() {
    int[] old = slots;
    slots = new int[2 * old.length];
    bytes += (long) Integer.BYTES * old.length;
    int mask = slots.length - 1;
    for (int place : old) {
      if (place != 0) {
        byte[] slab = slabs[place >>> POSITION_BITS];
        int slot = hash(slab, (place & POSITION_MASK) * ALIGNMENT) & mask;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = place;
      }
    }
  }

  /** Names every word. */
  void forEach(Visitor visitor) {
    for (int place : slots) {
      if (place != 0) {
        visitor.visit(slabs[place >>> POSITION_BITS], (place & POSITION_MASK) * ALIGNMENT);
      }
    }
  }
}
