// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/** Ids to text, one at a time. */
final class TokenStreamDecoder implements StreamingDecoder {
  private final TokenDecoder decoder;
  private final boolean skipSpecial;
  private final Utf8Stream stream = new Utf8Stream();

  TokenStreamDecoder(TokenDecoder decoder, boolean skipSpecial) {
    this.decoder = decoder;
    this.skipSpecial = skipSpecial;
  }

  @Override
  public String next(int id) {
    if (id < 0) {
      throw new IllegalArgumentException("the id is negative: " + id);
    }
    byte[] room = stream.reserve(decoder.length(id, skipSpecial));
    return stream.next(decoder.copy(id, skipSpecial, room, stream.end()));
  }

  @Override
  public String flush() {
    return stream.flush();
  }
}
