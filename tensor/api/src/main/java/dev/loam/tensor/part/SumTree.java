// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

/**
 * The tree in which the leaves {@code [0, n)} are added: {@code [0, n/2)} plus {@code [n/2, n)}. As
 * leaves come one after the other, sums wait on a stack; after each leaf the topmost two are added
 * as often as subtrees are complete.
 */
final class SumTree {
  private final int[] additions;
  private final int depth;

  SumTree(int leaves) {
    additions = new int[leaves];
    fill(0, leaves);
    int height = 0;
    int highest = 0;
    for (int count : additions) {
      highest = Math.max(highest, ++height);
      height -= count;
    }
    depth = highest;
  }

  private void fill(int first, int count) {
    if (count > 1) {
      fill(first, count / 2);
      fill(first + count / 2, count - count / 2);
      additions[first + count - 1]++;
    }
  }

  int leaves() {
    return additions.length;
  }

  /** How often the topmost two sums are added after that leaf. */
  int additionsAfter(int leaf) {
    return additions[leaf];
  }

  /** The most sums that wait at once. */
  int depth() {
    return depth;
  }
}
