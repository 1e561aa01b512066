// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.internal.IndexArray;

/**
 * The lengths of sequences in the order of a document index. They are fetched in blocks: loads that
 * do not depend on each other wait for memory together. For one thread.
 */
final class LengthReader {
  private static final int BLOCK = 1 << 10;

  private final int[] lengths;
  private final int first;
  private final IndexArray documents;
  private final int[] block = new int[BLOCK];
  private int fetched;
  private int next;
  private int inBlock;

  /**
   * A reader at the beginning.
   *
   * @param lengths of sequences in their own order
   * @param first the number of the first of them
   * @param documents numbers of these sequences
   */
  LengthReader(int[] lengths, int first, IndexArray documents) {
    this.lengths = lengths;
    this.first = first;
    this.documents = documents;
  }

  /** How many there are in all. */
  int size() {
    return (int) documents.size();
  }

  /** The next length. */
  int next() {
    if (next == inBlock) {
      fetch();
    }
    return block[next++];
  }

  private void fetch() {
    next = 0;
    inBlock = Math.min(BLOCK, size() - fetched);
    for (int i = 0; i < inBlock; i++) {
      block[i] = lengths[(int) documents.get(fetched + i) - first];
    }
    fetched += inBlock;
  }
}
