// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;

/** Ids to text. Immutable and safe to share among threads. */
final class TokenDecoder {
  private final byte[][] bytes;
  private final BitSet special = new BitSet();

  TokenDecoder(Vocabulary vocabulary, List<AddedToken> addedTokens) {
    bytes = new byte[vocabulary.size()][];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = ByteLevel.read(vocabulary.token(id).orElse(""));
    }
    for (AddedToken token : addedTokens) {
      special.set(token.id(), token.special());
    }
  }

  String decode(int[] ids, boolean skipSpecial) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4 * ids.length);
    for (int i = 0; i < ids.length; i++) {
      int id = ids[i];
      if (id < 0) {
        throw new IllegalArgumentException("ids[" + i + "] is negative: " + id);
      }
      if (id < bytes.length && !(skipSpecial && special.get(id))) {
        out.writeBytes(bytes[id]);
      }
    }
    return text(out.toByteArray());
  }

  /**
   * Reads UTF-8 with one U+FFFD for each maximal ill-formed part. Java's decoder does this but for
   * an encoded surrogate, of which it takes all three bytes for one part. Its lead byte is already
   * ill-formed by itself, and stays so when it is replaced by one that is so anywhere.
   */
  private static String text(byte[] utf8) {
    for (int i = 0; i + 1 < utf8.length; i++) {
      if (utf8[i] == (byte) 0xED && (utf8[i + 1] & 0xE0) == 0xA0) {
        utf8[i] = (byte) 0xFF;
      }
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
