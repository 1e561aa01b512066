// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.ByteLevel;

/**
 * A byte-level BPE model.
 *
 * @param ignoreMerges whether a word that is a token is taken whole, whatever the merges say
 */
record BpeModel(Vocabulary vocabulary, MergeTable merges, boolean ignoreMerges) {
  /** The token of each single byte. */
  int[] byteTokens() {
    int[] tokens = new int[256];
    for (int b = 0; b < 256; b++) {
      tokens[b] = vocabulary.id(String.valueOf(ByteLevel.charOf(b))).orElseThrow();
    }
    return tokens;
  }
}
