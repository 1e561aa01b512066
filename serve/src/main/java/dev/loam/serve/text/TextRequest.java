// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

/**
 * A text to continue that was encoded and checked, see {@link TextGenerator#prepare}. It is used
 * once.
 */
public final class TextRequest {
  private final int[] promptIds;
  private final TextOptions options;
  private final TextListener listener;

  TextRequest(int[] promptIds, TextOptions options, TextListener listener) {
    this.promptIds = promptIds;
    this.options = options;
    this.listener = listener;
  }

  /** The number of tokens of the prompt. */
  public int promptTokens() {
    return promptIds.length;
  }

  int[] promptIds() {
    return promptIds;
  }

  TextOptions options() {
    return options;
  }

  TextListener listener() {
    return listener;
  }
}
