// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;

/**
 * Finds the tokens that text starts with. Immutable.
 *
 * <p>Nodes are numbered as they come. A "step" is what leads to one: its number and, in the lowest
 * bit, whether a token ends there, so that only the last of a walk's tokens is looked up.
 */
final class TokenTrie {
  static final int NONE = -1;

  /** A node's number and a byte make up the key of an edge, the rest of it is the step. */
  private static final int STEP_BITS = 28;

  private static final long NO_EDGE = -1;

  /** The first bytes of the characters U+3000 to U+DFFF. */
  private static final int FIRST_LEAD = 0xE3;

  private static final int LAST_LEAD = 0xED;

  /** A hash table of the edges below two bytes. */
  private final long[] edges;

  /** The steps from the root with one byte, and with two. */
  private final int[] first;

  private final int[] second;

  /** The steps with three bytes that are a character of Chinese, Japanese or Korean. */
  private final int[] third = new int[(LAST_LEAD - FIRST_LEAD + 1) << 12];

  /** The token that ends at each node, or {@link #NONE}. */
  private final int[] tokens;

  private final int[] lengths;
  private final int[] shorter;

  private TokenTrie(Builder built, int[] shorter) {
    this.edges = built.edges;
    this.first = built.first;
    this.second = built.second;
    this.tokens = Arrays.copyOf(built.tokens, built.nodes);
    this.lengths = built.lengths;
    this.shorter = shorter;
    for (int i = 0; i < third.length; i++) {
      int two = second[((FIRST_LEAD + (i >> 12)) << 8) | 0x80 | ((i >> 6) & 0x3F)];
      third[i] = two == NONE ? NONE : step(two >> 1, 0x80 | (i & 0x3F));
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
    int step = first[b];
    int longest = step; // no byte is without a token
    int i = start + 1;
    step = i < end ? second[(b << 8) | (bytes[i] & 0xFF)] : NONE;
    if (step != NONE && b >= FIRST_LEAD && b <= LAST_LEAD && start + 2 < end) {
      longest = (step & 1) != 0 ? step : longest;
      i++;
      step = third[((b - FIRST_LEAD) << 12) | ((bytes[i - 1] & 0x3F) << 6) | (bytes[i] & 0x3F)];
    }
    while (step != NONE) {
      if ((step & 1) != 0) {
        longest = step;
      }
      i++;
      step = i < end ? step(step >> 1, bytes[i] & 0xFF) : NONE;
    }
    return tokens[longest >> 1];
  }

  /** The step from a node with a byte; {@link #NONE} if there is none. */
  private int step(int node, int b) {
    long key = key(node, b);
    long edge = edges[slot(edges, key)];
    return edge == NO_EDGE ? NONE : (int) edge & ((1 << STEP_BITS) - 1);
  }

  private static long key(int node, int b) {
    return ((long) node << 8) | b;
  }

  /** Where an edge is, or where there is room for it. */
  private static int slot(long[] edges, long key) {
    int mask = edges.length - 1;
    int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (edges[slot] != NO_EDGE && edges[slot] >>> STEP_BITS != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int[] filled(int length) {
    int[] array = new int[length];
    Arrays.fill(array, NONE);
    return array;
  }

  /** Takes the tokens, all single bytes among them. */
  static final class Builder {
    private static final int ROOT = 0;

    private final byte[] bytes;
    private final Vocabulary vocabulary;
    private final int[] lengths;
    private final int[] first = filled(1 << 8);
    private final int[] second = filled(1 << 16);

    /** The node at which each token ends; {@link #ROOT} of one that is not there yet. */
    private final int[] ends;

    private long[] edges;
    private int[] tokens;
    private int[] parents;
    private int nodes = 1;
    private int edgeCount;

    Builder(Vocabulary vocabulary) {
      this.vocabulary = vocabulary;
      this.bytes = vocabulary.bytes();
      int size = vocabulary.size();
      this.lengths = new int[size];
      this.ends = new int[size];
      // Published vocabularies have two to three nodes for each token.
      this.edges = new long[Integer.highestOneBit(4 * size + 1024)];
      Arrays.fill(edges, NO_EDGE);
      this.tokens = filled(3 * size + 1);
      this.parents = new int[tokens.length];
    }

    /**
     * Adds a token.
     *
     * @param left a token that it starts with, or {@link #NONE}
     */
    void add(int token, int left) {
      int length = vocabulary.wordLength(token);
      int start = vocabulary.start(token);
      int node = left == NONE ? ROOT : ends[left];
      int depth = node == ROOT ? 0 : lengths[left];
      reserve(length - depth);
      while (depth < length) {
        int b = bytes[start + depth] & 0xFF;
        depth++;
        int flag = depth == length ? 1 : 0;
        node =
            switch (depth) {
              case 1 -> step(first, b, node, flag);
              case 2 -> step(second, ((bytes[start] & 0xFF) << 8) | b, node, flag);
              default -> step(node, b, flag);
            };
      }
      tokens[node] = token;
      ends[token] = node;
      lengths[token] = length;
    }

    private int step(int[] steps, int i, int node, int flag) {
      if (steps[i] == NONE) {
        steps[i] = newNode(node) << 1;
      }
      steps[i] |= flag;
      return steps[i] >> 1;
    }

    private int step(int node, int b, int flag) {
      long key = key(node, b);
      int slot = slot(edges, key);
      if (edges[slot] == NO_EDGE) {
        edges[slot] = (key << STEP_BITS) | ((long) newNode(node) << 1);
        edgeCount++;
      }
      edges[slot] |= flag;
      return ((int) edges[slot] & ((1 << STEP_BITS) - 1)) >> 1;
    }

    private int newNode(int parent) {
      parents[nodes] = parent;
      return nodes++;
    }

    private void reserve(int more) {
      if (nodes + more > tokens.length) {
        int old = tokens.length;
        int wanted = Math.max(nodes + more, old + (old >> 1));
        tokens = Arrays.copyOf(tokens, wanted);
        Arrays.fill(tokens, old, wanted, NONE);
        parents = Arrays.copyOf(parents, wanted);
      }
      while (2 * (edgeCount + more) > edges.length) {
        long[] old = edges;
        edges = new long[2 * old.length];
        Arrays.fill(edges, NO_EDGE);
        for (long edge : old) {
          if (edge != NO_EDGE) {
            edges[slot(edges, edge >>> STEP_BITS)] = edge;
          }
        }
      }
    }

    TokenTrie build() {
      int[] shorter = filled(ends.length);
      // Of the nodes above each one the nearest with a token: parents come before their children.
      int[] above = filled(nodes);
      for (int node = 1; node < nodes; node++) {
        int parent = parents[node];
        above[node] = tokens[parent] == NONE ? above[parent] : tokens[parent];
        if (tokens[node] != NONE) {
          shorter[tokens[node]] = above[node];
        }
      }
      return new TokenTrie(this, shorter);
    }
  }
}
