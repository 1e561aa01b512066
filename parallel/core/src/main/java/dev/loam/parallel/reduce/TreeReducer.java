// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.tensor.DType;

/**
 * Combines the members' elements pairwise, in the order that {@link ProcessGroup} states: members
 * {@code [0, n)} are {@code [0, n/2)} and {@code [n/2, n)}, each combined the same way first. The
 * bits of a result depend on the members' values and their order alone, not on how the elements are
 * cut into ranges. Keeps its scratch, so it is to be used by one thread at a time and again.
 */
public final class TreeReducer {
  private final FloatTiles floats = new FloatTiles();
  private final DoubleTiles doubles = new DoubleTiles();
  private final LongTiles longs = new LongTiles();

  /**
   * Combines a range of elements and writes the result to all members.
   *
   * @param members in order; one type, F32, F64 or I64
   * @param start the first element of the range, in each member
   */
  public void reduceToAll(Reduction reduction, HostBuffer[] members, long start, long length) {
    Tiles tiles = tiles(members, start, length);
    for (long done = 0; done < length; done += Tiles.LENGTH) {
      int n = (int) Math.min(Tiles.LENGTH, length - done);
      combine(tiles, reduction, members, 0, members.length, 0, start + done, n);
      for (HostBuffer member : members) {
        tiles.store(member, start + done, n);
      }
    }
  }

  /**
   * Combines a range of elements and writes the result to one buffer, which may be a member.
   *
   * @param members in order; one type, F32, F64 or I64
   * @param destination of the same type
   * @param start the first element of the range, in each member and in the destination
   */
  public void reduceTo(
      HostBuffer destination, Reduction reduction, HostBuffer[] members, long start, long length) {
    Tiles tiles = tiles(members, start, length);
    requireLike(members[0], destination, start, length);
    for (long done = 0; done < length; done += Tiles.LENGTH) {
      int n = (int) Math.min(Tiles.LENGTH, length - done);
      combine(tiles, reduction, members, 0, members.length, 0, start + done, n);
      tiles.store(destination, start + done, n);
    }
  }

  private Tiles tiles(HostBuffer[] members, long start, long length) {
    for (HostBuffer member : members) {
      requireLike(members[0], member, start, length);
    }
    Tiles tiles =
        switch (members[0].dtype()) {
          case F32 -> floats;
          case F64 -> doubles;
          case I64 -> longs;
          case BF16 -> throw new IllegalArgumentException(DType.BF16 + " is not reduced");
        };
    // As deep as the tree, and one level more for the right side of the lowest pair.
    tiles.require(1 + Integer.SIZE - Integer.numberOfLeadingZeros(members.length - 1));
    return tiles;
  }

  private static void requireLike(HostBuffer first, HostBuffer other, long start, long length) {
    if (other.dtype() != first.dtype()) {
      throw new IllegalArgumentException(first + " with " + other);
    }
    other.requireRange(start, length);
  }

  /** Leaves the result of members {@code [from, to)} in the tile of that level. */
  private static void combine(
      Tiles tiles,
      Reduction reduction,
      HostBuffer[] members,
      int from,
      int to,
      int level,
      long start,
      int n) {
    if (to - from == 1) {
      tiles.load(level, members[from], start, n);
      return;
    }
    int middle = from + (to - from) / 2;
    combine(tiles, reduction, members, from, middle, level, start, n);
    combine(tiles, reduction, members, middle, to, level + 1, start, n);
    tiles.combine(reduction, level, n);
  }
}
