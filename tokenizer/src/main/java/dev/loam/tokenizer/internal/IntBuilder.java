// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import java.util.Arrays;

/** A growing array of ints. */
public final class IntBuilder {
  private int[] values = new int[16];
  private int size;

  public void add(int value) {
    if (size == values.length) {
      reserve(1);
    }
    values[size++] = value;
  }

  public void addAll(int[] more) {
    addAll(more, 0, more.length);
  }

  /** Adds the values from {@code from} up to {@code to}. */
  public void addAll(int[] more, int from, int to) {
    int count = to - from;
    if (count > values.length - size) {
      reserve(count);
    }
    System.arraycopy(more, from, values, size, count);
    size += count;
  }

  public int size() {
    return size;
  }

  public int get(int i) {
    return values[i];
  }

  /** Keeps the first {@code size} values, of which there must be as many. */
  public void truncate(int size) {
    if (size > this.size) {
      throw new IndexOutOfBoundsException(size + " of " + this.size + " values");
    }
    this.size = size;
  }

  /** Forgets all values and, where it grew beyond {@code capacity}, its memory. */
  public void clear(int capacity) {
    size = 0;
    if (values.length > Math.max(16, capacity)) {
      values = new int[16];
    }
  }

  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  private void reserve(int more) {
    values = Arrays.copyOf(values, Math.max(size + more, size + (size >> 1)));
  }
}
