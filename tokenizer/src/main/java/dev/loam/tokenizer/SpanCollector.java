// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;
import java.util.ArrayList;
import java.util.List;

/** Collects ids and where in the text they come from. */
final class SpanCollector implements TextPieces.Receiver {
  private final BytePairEncoder encoder;
  private final IntBuilder ids;
  private final List<TextSpan> spans = new ArrayList<>();

  SpanCollector(BytePairEncoder encoder, EncoderScratch scratch) {
    this.encoder = encoder;
    this.ids = scratch.ids();
  }

  Encoding encoding() {
    return new Encoding(ids.toArray(), List.copyOf(spans));
  }

  @Override
  public void added(AddedToken token, int start, int end, Alignment alignment) {
    ids.add(token.id());
    spans.add(new TextSpan(alignment.start(start), alignment.end(end - 1)));
  }

  /** The tokens' bytes in a row are those of the text, so their lengths say where they stand. */
  @Override
  public void plain(EncoderScratch scratch, TextPieces.Plain plain, boolean prefixed) {
    int id = ids.size();
    encoder.encode(scratch);
    byte[] utf8 = scratch.text().bytes();
    int first = plain.start(); // the first unit of the character that the last token ended in
    int next = plain.start(); // and the first unit behind it
    int nextByte = prefixed ? 1 : 0; // where that one's bytes start; a prefix comes from nowhere
    int tokenStart = 0;
    for (; id < ids.size(); id++) {
      int tokenEnd = tokenStart + encoder.length(ids.get(id));
      int start = tokenStart < nextByte ? first : next;
      while (nextByte < tokenEnd) {
        int end = Scan.next(utf8, nextByte);
        first = next;
        next += end - nextByte == 4 ? 2 : 1;
        nextByte = end;
      }
      int from = plain.alignment().start(start);
      spans.add(new TextSpan(from, next > start ? plain.alignment().end(next - 1) : from));
      tokenStart = tokenEnd;
    }
  }
}
