// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.reduce;

import dev.loam.parallel.Reduction;

/** Tiles of {@code float}. */
final class FloatTiles extends Tiles {
  private float[][] tiles = {};

  @Override
  void require(int levels) {
    if (tiles.length < levels) {
      tiles = new float[levels][LENGTH];
    }
  }

  @Override
  void load(int level, HostBuffer source, long start, int n) {
    source.read(start, tiles[level], n);
  }

  @Override
  void combine(Reduction reduction, int level, int n) {
    switch (reduction) {
      case SUM -> add(tiles[level], tiles[level + 1], n);
      case MAX -> max(tiles[level], tiles[level + 1], n);
    }
  }

  @Override
  void store(HostBuffer destination, long start, int n) {
    destination.write(start, tiles[0], n);
  }

  private static void add(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] += b[i];
    }
  }

  private static void max(float[] a, float[] b, int n) {
    for (int i = 0; i < n; i++) {
      a[i] = Math.max(a[i], b[i]);
    }
  }
}
