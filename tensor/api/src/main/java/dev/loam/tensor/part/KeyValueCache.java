// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Keys and values of the tokens of one text, layer by layer, for generation. */
public final class KeyValueCache {
  private final List<Tensor> keysPGD = new ArrayList<>();
  private final List<Tensor> valuesPGD = new ArrayList<>();
  private final int capacity;
  private int length;

  /**
   * Allocates room for a text.
   *
   * @param capacity the most tokens that fit
   */
  public KeyValueCache(
      Arena arena, DType dtype, int layers, int capacity, int keyValueHeads, int headSize) {
    this.capacity = capacity;
    for (int i = 0; i < layers; i++) {
      keysPGD.add(arena.allocate(dtype, capacity, keyValueHeads, headSize));
      valuesPGD.add(arena.allocate(dtype, capacity, keyValueHeads, headSize));
    }
  }

  /** The number of tokens cached. */
  public int length() {
    return length;
  }

  /** The most tokens that fit. */
  public int capacity() {
    return capacity;
  }

  /** Counts tokens in, after a pass in which all layers stored them. */
  public void advance(int tokens) {
    if (tokens > capacity - length) {
      throw new IllegalStateException(
          "a cache of " + capacity + " tokens holds " + length + ", no room for " + tokens);
    }
    length += tokens;
  }

  /** Forgets all tokens, for another text. */
  public void clear() {
    length = 0;
  }

  /** A layer's keys of {@code count} tokens from {@code start} on. */
  public Tensor keys(int layer, int start, int count) {
    return keysPGD.get(layer).rows(start, count);
  }

  /** A layer's values of {@code count} tokens from {@code start} on. */
  public Tensor values(int layer, int start, int count) {
    return valuesPGD.get(layer).rows(start, count);
  }
}
