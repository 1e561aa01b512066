// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.nio.charset.StandardCharsets;

/** A text: the bytes {@code from} to {@code to}, in well-formed UTF-8, of an array of others. */
@SuppressWarnings("ArrayRecordComponent") // A view of an input, handed on once, never compared.
record Utf8Text(byte[] bytes, int from, int to) {
  static Utf8Text of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Utf8Text(bytes, 0, bytes.length);
  }

  @Override
  public String toString() {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
