// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.model.generation.FinishReason;

/** A request whose result is remembered. */
final class Collected implements TextListener {
  private final TextRequest original;
  private GeneratedText result;

  Collected(TextRequest original) {
    this.original = original;
    result = new GeneratedText("", original.promptIds(), new int[0], FinishReason.CANCELLED);
  }

  TextRequest request() {
    return new TextRequest(original.promptIds(), original.options(), this);
  }

  /** What was written; nothing if it never began. */
  GeneratedText result() {
    return result;
  }

  @Override
  public boolean onText(String piece) {
    return original.listener().onText(piece);
  }

  @Override
  public boolean onToken() {
    return original.listener().onToken();
  }

  @Override
  public void onEnd(GeneratedText text) {
    result = text;
    original.listener().onEnd(text);
  }
}
