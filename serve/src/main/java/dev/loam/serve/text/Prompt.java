// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.List;

/** What a model is to continue. */
public sealed interface Prompt {
  /** A text to go on with; added tokens such as {@code <|im_start|>} are plain text in it. */
  static Prompt text(String text) {
    return new Text(text, AddedTokens.none());
  }

  /** Messages to answer. */
  static Prompt messages(List<ChatMessage> messages) {
    return new Messages(messages);
  }

  /** Token ids to go on with. */
  static Prompt ids(int... ids) {
    return new Ids(ids);
  }

  /**
   * A text.
   *
   * @param addedTokens which added tokens are recognised in it
   */
  record Text(String text, AddedTokens addedTokens) implements Prompt {}

  /** A conversation, rendered with the chat template; added tokens are plain text in messages. */
  record Messages(List<ChatMessage> messages) implements Prompt {
    /** Copies the list. */
    public Messages {
      messages = List.copyOf(messages);
    }
  }

  /** Token ids. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once, never compared.
  record Ids(int[] ids) implements Prompt {}
}
