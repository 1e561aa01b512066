// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.tokenizer.chat.Chat;

/** The model behind a server. Its owner closes it, after the server. */
public interface ChatBackend {
  /** How many tokens a prompt and its continuation may have together. */
  int contextLength();

  /** One more than the largest token id a prompt may hold. */
  int vocabSize();

  /**
   * The tokens of a conversation, up to where the model's answer begins. Called on many threads at
   * once.
   *
   * @throws PromptException if the model's template refuses the conversation
   */
  int[] encode(Chat chat);

  /** The tokens of a text that is to be continued. Called on many threads at once. */
  int[] encode(String prompt);

  /**
   * Continues a prompt. The server calls this on one thread of its own, so never twice at once. An
   * exception fails this request only.
   *
   * @param sink is given the text as it comes, and is asked between tokens whether to go on
   */
  Generation generate(GenerationRequest request, TextSink sink);
}
