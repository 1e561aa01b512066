// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatMessage;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.util.List;
import java.util.Optional;

/**
 * Texts that a model in training continues from time to time, with the most probable token at each
 * place.
 *
 * @param template makes each text a message of a user that the model answers; without one it is
 *     continued as it is
 * @param maxNewTokens tokens for each
 * @param everySteps steps between two times; 0 for the end of the training only
 */
public record SamplePrompts(
    Tokenizer tokenizer,
    Optional<ChatTemplate> template,
    List<String> prompts,
    int maxNewTokens,
    int everySteps) {
  /** Copies the list. */
  public SamplePrompts {
    prompts = List.copyOf(prompts);
  }

  /** Texts that are continued as they are. */
  public SamplePrompts(
      Tokenizer tokenizer, List<String> prompts, int maxNewTokens, int everySteps) {
    this(tokenizer, Optional.empty(), prompts, maxNewTokens, everySteps);
  }

  boolean isDue(long step) {
    return everySteps > 0 && step % everySteps == 0;
  }

  /** What the model is given. */
  int[] encode(String prompt) {
    if (template.isEmpty()) {
      return tokenizer.encode(prompt, AddedTokens.all());
    }
    Chat chat =
        Chat.builder()
            .setMessages(List.of(ChatMessage.user(prompt)))
            .optAddGenerationPrompt(true)
            .build();
    return template.get().render(chat).encode(tokenizer, false);
  }
}
