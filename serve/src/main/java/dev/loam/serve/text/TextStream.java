// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.model.generation.FinishReason;
import dev.loam.model.generation.GeneratedTokens;
import dev.loam.model.generation.TokenListener;
import dev.loam.tokenizer.StreamingDecoder;

/** Turns the tokens of one request into pieces of text. */
final class TextStream implements TokenListener {
  private final TextRequest request;
  private final StreamingDecoder decoder;
  private final StopStrings stopStrings;
  private final StringBuilder text = new StringBuilder();

  TextStream(TextRequest request, StreamingDecoder decoder) {
    this.request = request;
    this.decoder = decoder;
    stopStrings = new StopStrings(request.options().stopStrings());
  }

  @Override
  public boolean onToken(int token) {
    // A stop token ends the text; it is no part of it, even where it is not marked special.
    boolean ends = request.options().tokens().stopTokens().contains(token);
    boolean wanted = ends || give(stopStrings.next(decoder.next(token)));
    return wanted && request.listener().onToken() && !stopStrings.isFound();
  }

  @Override
  public void onEnd(GeneratedTokens tokens) {
    if (!stopStrings.isFound()) {
      String rest = stopStrings.next(decoder.flush()) + stopStrings.flush();
      boolean unused = give(rest);
    }
    FinishReason reason = stopStrings.isFound() ? FinishReason.STOP : tokens.finishReason();
    request
        .listener()
        .onEnd(new GeneratedText(text.toString(), request.promptIds(), tokens.ids(), reason));
  }

  private boolean give(String piece) {
    text.append(piece);
    return piece.isEmpty() || request.listener().onText(piece);
  }
}
