// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * Which samples share a row. A row's samples are in the order of the data, and the same samples are
 * always packed in the same way.
 */
public enum Packing {
  /** One row is open: what does not fit closes it. Neighbours stay neighbours. */
  IN_ORDER {
    @Override
    Bins bins(int samples, int capacity) {
      return new Bins() {
        private int bin = -1;
        private int room;

        @Override
        public int place(int length) {
          if (bin < 0 || length > room) {
            bin++;
            room = capacity;
          }
          room -= length;
          return bin;
        }
      };
    }
  },
  /** All rows stay open: the first one that has room. */
  FIRST_FIT {
    @Override
    Bins bins(int samples, int capacity) {
      return new FirstFit(samples, capacity);
    }
  },
  /** All rows stay open: the fullest one that has room, and of equals the first. */
  BEST_FIT {
    @Override
    Bins bins(int samples, int capacity) {
      // Room in the upper half, the row in the lower one.
      TreeSet<Long> open = new TreeSet<>();
      return new Bins() {
        private int next;

        @Override
        public int place(int length) {
          Long best = open.ceiling((long) length << Integer.SIZE);
          if (best == null) {
            best = (long) capacity << Integer.SIZE | next++;
          } else {
            open.remove(best);
          }
          open.add(best - ((long) length << Integer.SIZE));
          return best.intValue();
        }
      };
    }
  };

  /** Rows that are being filled. */
  interface Bins {
    /** The row that takes a sample; rows are numbered as they are opened. */
    int place(int length);
  }

  abstract Bins bins(int samples, int capacity);

  /**
   * Packs samples.
   *
   * @param lengths of the samples, none above {@code capacity}
   * @param capacity the most tokens of a row
   * @return rows in order, each with the indices of its samples in order; every sample once, no row
   *     empty or above the capacity
   */
  public List<int[]> pack(int[] lengths, int capacity) {
    Bins bins = bins(lengths.length, capacity);
    List<int[]> rows = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      int bin = bins.place(lengths[i]);
      if (bin == rows.size()) {
        rows.add(new int[2]);
        sizes.add(0);
      }
      int size = sizes.get(bin);
      if (size == rows.get(bin).length) {
        rows.set(bin, Arrays.copyOf(rows.get(bin), 2 * size));
      }
      rows.get(bin)[size] = i;
      sizes.set(bin, size + 1);
    }
    for (int bin = 0; bin < rows.size(); bin++) {
      rows.set(bin, Arrays.copyOf(rows.get(bin), sizes.get(bin)));
    }
    return rows;
  }

  /** The room of all rows, those not yet open included, with the most room of each half above. */
  private static final class FirstFit implements Bins {
    private final int[] room;
    private final int leaves;

    FirstFit(int samples, int capacity) {
      leaves = Integer.highestOneBit(Math.max(1, samples)) * 2;
      room = new int[2 * leaves];
      Arrays.fill(room, capacity);
    }

    @Override
    public int place(int length) {
      int node = 1;
      while (node < leaves) {
        node = room[2 * node] >= length ? 2 * node : 2 * node + 1;
      }
      int bin = node - leaves;
      room[node] -= length;
      for (node /= 2; node > 0; node /= 2) {
        room[node] = Math.max(room[2 * node], room[2 * node + 1]);
      }
      return bin;
    }
  }
}
