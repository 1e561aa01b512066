// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/**
 * Finds the tokens that text starts with. A node that a token ends at has the token's id for its
 * number, the others have the numbers above. Immutable.
 */
final class TokenTrie {
  static final int NONE = -1;

  /** A node's number and a byte make up the key of an edge, the rest of it is the child. */
  private static final int NODE_BITS = 28;

  private static final long NO_EDGE = -1;

  private final int vocabSize;

  /** A hash table. */
  private long[] edges;

  private int edgeCount;

  /** The nodes below one byte, and below two. */
  private final int[] first = new int[1 << 8];

  private final int[] second = new int[1 << 16];
  private final int[] shorter;
  private final int[] lengths;

  /**
   * @param bytes of each token, all single bytes among them; empty for tokens not to be found
   */
  TokenTrie(byte[][] bytes) {
    this.vocabSize = bytes.length;
    this.edges = emptyTable(1 << 12);
    this.shorter = new int[vocabSize];
    this.lengths = new int[vocabSize];
    int root = vocabSize;
    int[] numbers = new int[] {root}; // of the nodes, which count from the root while it is built
    Arrays.fill(first, NONE);
    int nodes = 1;
    for (int token = 0; token < vocabSize; token++) {
      lengths[token] = bytes[token].length;
      int node = 0;
      for (byte b : bytes[token]) {
        int child = child(node, b & 0xFF);
        if (child == NONE) {
          child = nodes++;
          put(edge(node, b & 0xFF, child));
        }
        node = child;
      }
      if (nodes > numbers.length) {
        int old = numbers.length;
        numbers = Arrays.copyOf(numbers, 2 * nodes);
        Arrays.fill(numbers, old, numbers.length, NONE);
      }
      if (node != 0) {
        numbers[node] = token;
      }
    }
    int next = root;
    for (int node = 0; node < nodes; node++) {
      numbers[node] = numbers[node] < 0 || node == 0 ? next++ : numbers[node];
    }
    renumber(numbers);
    fillShortcuts(root);
    for (int token = 0; token < vocabSize; token++) {
      shorter[token] = longest(bytes[token], 0, lengths[token] - 1);
    }
  }

  private void renumber(int[] numbers) {
    long[] old = edges;
    edges = emptyTable(old.length);
    edgeCount = 0;
    for (long edge : old) {
      if (edge != NO_EDGE) {
        long key = edge >>> NODE_BITS;
        int parent = numbers[(int) (key >>> 8)];
        put(edge(parent, (int) key & 0xFF, numbers[target(edge)]));
      }
    }
  }

  private void fillShortcuts(int root) {
    for (int b = 0; b < first.length; b++) {
      first[b] = child(root, b);
      for (int c = 0; c < 256; c++) {
        second[b << 8 | c] = first[b] == NONE ? NONE : child(first[b], c);
      }
    }
  }

  /** How many bytes a token has. */
  int length(int token) {
    return lengths[token];
  }

  /** The longest token that another one starts with; {@link #NONE} of a single byte. */
  int shorter(int token) {
    return shorter[token];
  }

  /** The longest token that the bytes from {@code start} to {@code end} start with. */
  int longest(byte[] bytes, int start, int end) {
    if (start >= end) {
      return NONE;
    }
    int b = bytes[start] & 0xFF;
    int longest = first[b] < vocabSize ? first[b] : NONE;
    int i = start + 1;
    int node = i < end ? second[(b << 8) | (bytes[i] & 0xFF)] : NONE;
    while (node != NONE) {
      if (node < vocabSize) {
        longest = node;
      }
      i++;
      node = i < end ? child(node, bytes[i] & 0xFF) : NONE;
    }
    return longest;
  }

  /** The node that follows on a node; {@link #NONE} if there is none. */
  private int child(int node, int b) {
    long edge = edges[slot(key(node, b))];
    return edge == NO_EDGE ? NONE : target(edge);
  }

  private void put(long edge) {
    if (2 * edgeCount >= edges.length) {
      long[] old = edges;
      edges = emptyTable(2 * old.length);
      for (long known : old) {
        if (known != NO_EDGE) {
          edges[slot(known >>> NODE_BITS)] = known;
        }
      }
    }
    edges[slot(edge >>> NODE_BITS)] = edge;
    edgeCount++;
  }

  private int slot(long key) {
    int mask = edges.length - 1;
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (edges[slot] != NO_EDGE && edges[slot] >>> NODE_BITS != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private static long[] emptyTable(int size) {
    long[] table = new long[size];
    Arrays.fill(table, NO_EDGE);
    return table;
  }

  private static long key(int node, int b) {
    return (long) node << 8 | b;
  }

  private static long edge(int node, int b, int child) {
    return key(node, b) << NODE_BITS | child;
  }

  private static int target(long edge) {
    return (int) edge & (1 << NODE_BITS) - 1;
  }
}
