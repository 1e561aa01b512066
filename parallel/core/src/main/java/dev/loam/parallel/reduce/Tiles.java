// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import dev.loam.parallel.Reduction;

/**
 * Arrays that partial results live in, one for each level of the tree; small enough to stay in the
 * cache, and on the heap because loops over arrays are what the JIT compiler vectorises.
 */
abstract sealed class Tiles permits FloatTiles, DoubleTiles, LongTiles {
  /** Elements of a tile. */
  static final int LENGTH = 4096;

  /** Sees to it that there are so many tiles. */
  abstract void require(int levels);

  /** Fills a tile with elements of a member. */
  abstract void load(int level, HostBuffer source, long start, int n);

  /** Combines a tile with the next, in place. */
  abstract void combine(Reduction reduction, int level, int n);

  /** Writes the first tile. */
  abstract void store(HostBuffer destination, long start, int n);
}
