// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** The first two bytes of some texts in UTF-8, to tell quickly where none of them is. */
final class FirstBytes {
  private static final int BYTES = 256;

  private final BitSet pairs = new BitSet();
  private final BitSet first = new BitSet();

  void add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int one = utf8[0] & 0xFF;
    first.set(one);
    if (utf8.length > 1) {
      pairs.set(one * BYTES + (utf8[1] & 0xFF));
    } else {
      pairs.set(one * BYTES, (one + 1) * BYTES);
    }
  }

  /** Whether any of the texts may begin among the bytes {@code from} to {@code to}. */
  boolean occur(byte[] utf8, int from, int to) {
    for (int one = first.nextSetBit(0); one >= 0; one = first.nextSetBit(one + 1)) {
      if (occur((byte) one, utf8, from, to)) {
        return true;
      }
    }
    return false;
  }

  private boolean occur(byte one, byte[] utf8, int from, int to) {
    for (int i = Utf8.find(one, utf8, from, to); i < to; i = Utf8.find(one, utf8, i + 1, to)) {
      if (i + 1 == to || pairs.get((one & 0xFF) * BYTES + (utf8[i + 1] & 0xFF))) {
        return true;
      }
    }
    return false;
  }
}
