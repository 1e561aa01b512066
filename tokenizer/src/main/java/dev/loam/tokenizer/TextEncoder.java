// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.IntBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Text to ids: added tokens are taken out of the text, the rest is normalized, cut into words by a
 * {@link PreTokenizer}, and each word's UTF-8 bytes are merged. Immutable but for a bounded cache
 * of words, and safe to share among threads.
 */
final class TextEncoder {
  private final TextPieces pieces;
  private final BytePairEncoder encoder;
  private final EncoderScratches scratches;

  TextEncoder(TokenizerJson json) {
    this.pieces = new TextPieces(json.normalization(), json.addedTokens(), json.addPrefixSpace());
    this.encoder = new BytePairEncoder(json.model(), json.preTokenizer());
    this.scratches = new EncoderScratches(encoder::newScratch);
  }

  int[] encode(String text, AddedTokens addedTokens) {
    EncoderScratch scratch = scratches.take();
    try {
      return encode(text, addedTokens, scratch);
    } finally {
      scratches.give(scratch);
    }
  }

  /** As for a string; what is left alone before words does not have to become one. */
  int[] encode(byte[] utf8, int from, int to, AddedTokens addedTokens) {
    if (!pieces.leavesAlone(utf8, from, to, addedTokens)) {
      return encode(new String(utf8, from, to - from, StandardCharsets.UTF_8), addedTokens);
    }
    EncoderScratch scratch = scratches.take();
    try {
      scratch.ids().truncate(0);
      scratch.text().set(utf8, from, to);
      encoder.encode(scratch);
      return scratch.ids().toArray();
    } finally {
      scratches.give(scratch);
    }
  }

  private int[] encode(String text, AddedTokens addedTokens, EncoderScratch scratch) {
    scratch.ids().truncate(0);
    pieces.forEach(text, addedTokens, false, scratch, new IdCollector(encoder, scratch.ids()));
    return scratch.ids().toArray();
  }

  Encoding encodeWithSpans(String text, AddedTokens addedTokens) {
    EncoderScratch scratch = scratches.take();
    try {
      SpanCollector collector = new SpanCollector(encoder, scratch);
      pieces.forEach(text, addedTokens, true, scratch, collector);
      return collector.encoding();
    } finally {
      scratches.give(scratch);
    }
  }

  List<int[]> encodeAll(List<String> texts, AddedTokens addedTokens, int threads) {
    String[] all = texts.toArray(String[]::new);
    int[][] ids = new int[all.length][];
    ChunkedWork.run(
        all.length,
        threads,
        (from, to) -> {
          EncoderScratch scratch = scratches.take();
          try {
            for (int i = from; i < to; i++) {
              ids[i] = encode(all[i], addedTokens, scratch);
            }
          } finally {
            scratches.give(scratch);
          }
        });
    return Arrays.asList(ids);
  }

  int count(String text, AddedTokens addedTokens) {
    EncoderScratch scratch = scratches.take();
    try {
      TokenCounter counter = new TokenCounter(encoder);
      pieces.forEach(text, addedTokens, false, scratch, counter);
      return counter.count();
    } finally {
      scratches.give(scratch);
    }
  }

  private record IdCollector(BytePairEncoder encoder, IntBuilder ids)
      implements TextPieces.Receiver {
    @Override
    public void added(AddedToken token, int start, int end, Alignment alignment) {
      ids.add(token.id());
    }

    @Override
    public void plain(EncoderScratch scratch, TextPieces.Plain plain, boolean prefixed) {
      encoder.encode(scratch);
    }
  }

  private static final class TokenCounter implements TextPieces.Receiver {
    private final BytePairEncoder encoder;
    private int count;

    TokenCounter(BytePairEncoder encoder) {
      this.encoder = encoder;
    }

    int count() {
      return count;
    }

    @Override
    public void added(AddedToken token, int start, int end, Alignment alignment) {
      count++;
    }

    @Override
    public void plain(EncoderScratch scratch, TextPieces.Plain plain, boolean prefixed) {
      count += encoder.count(scratch);
    }
  }
}
