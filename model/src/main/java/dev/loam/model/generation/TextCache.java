// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.part.KeyValueCache;

/**
 * Keys and values of one text after the other. It grows with a text, since most texts end long
 * before they are as long as they may be; what it grew to stays for the next text.
 */
final class TextCache implements AutoCloseable {
  private final ComputeLease lease;
  private final Qwen3Config config;
  private Arena arena;
  private KeyValueCache cache;

  TextCache(ComputeLease lease, Qwen3Config config, int capacity) {
    this.lease = lease;
    this.config = config;
    arena = lease.newArena(Device.cpu());
    cache = allocate(arena, capacity);
  }

  private KeyValueCache allocate(Arena target, int capacity) {
    return new KeyValueCache(
        target,
        lease.computeType(),
        config.layers(),
        capacity,
        config.keyValueHeads(),
        config.headSize());
  }

  /** The tokens so far. */
  KeyValueCache cache() {
    return cache;
  }

  /**
   * Makes room for so many tokens in all; on the thread of the lease.
   *
   * @param most the text will not be longer than this
   */
  void reserve(int tokens, int most) {
    if (tokens <= cache.capacity()) {
      return;
    }
    int capacity = (int) Math.max(tokens, Math.min(most, 2L * cache.capacity()));
    Arena larger = lease.newArena(Device.cpu());
    try {
      KeyValueCache grown = allocate(larger, capacity);
      copyTo(grown);
      arena.close();
      arena = larger;
      cache = grown;
    } catch (RuntimeException | Error e) {
      larger.close();
      throw e;
    }
  }

  private void copyTo(KeyValueCache target) {
    int tokens = cache.length();
    for (int layer = 0; layer < config.layers() && tokens > 0; layer++) {
      lease.kernels().copy(cache.keys(layer, 0, tokens), target.keys(layer, 0, tokens));
      lease.kernels().copy(cache.values(layer, 0, tokens), target.values(layer, 0, tokens));
    }
    target.advance(tokens);
  }

  @Override
  public void close() {
    arena.close();
  }
}
