// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** Ids to bytes and text. Immutable and safe to share among threads. */
final class TokenDecoder {
  private final Vocabulary vocabulary;
  private final BitSet special = new BitSet();

  TokenDecoder(Vocabulary vocabulary, List<AddedToken> addedTokens) {
    this.vocabulary = vocabulary;
    for (AddedToken token : addedTokens) {
      special.set(token.id(), token.special());
    }
  }

  String decode(int[] ids, boolean skipSpecial) {
    long total = 0;
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw new IllegalArgumentException("ids[" + i + "] is negative: " + ids[i]);
      }
      total += length(ids[i], skipSpecial);
    }
    if (total > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          ids.length + " ids are " + total + " bytes of text; decode them in parts");
    }
    byte[] bytes = new byte[(int) total];
    int end = 0;
    for (int id : ids) {
      end += copy(id, skipSpecial, bytes, end);
    }
    return text(bytes, 0, end);
  }

  /** How many bytes an id decodes to. */
  int length(int id, boolean skipSpecial) {
    return skipSpecial && special.get(id) ? 0 : vocabulary.length(id);
  }

  /** Copies the bytes that an id decodes to, and says how many. */
  int copy(int id, boolean skipSpecial, byte[] target, int at) {
    int length = length(id, skipSpecial);
    if (length > 0) {
      vocabulary.copyBytes(id, target, at);
    }
    return length;
  }

  /**
   * Reads UTF-8 with one U+FFFD for each maximal ill-formed part. Java's decoder does this but for
   * an encoded surrogate, of which it takes all three bytes for one part. Its lead byte is already
   * ill-formed by itself, and stays so when it is replaced by one that is so anywhere.
   *
   * @param utf8 may be changed
   */
  static String text(byte[] utf8, int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (utf8[i] == (byte) 0xED && (utf8[i + 1] & 0xE0) == 0xA0) {
        utf8[i] = (byte) 0xFF;
      }
    }
    return new String(utf8, from, to - from, StandardCharsets.UTF_8);
  }
}
