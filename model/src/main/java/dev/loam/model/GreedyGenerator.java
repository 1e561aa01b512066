// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.model.generation.GenerationOptions;
import dev.loam.model.generation.TokenGenerator;
import java.util.Set;

/**
 * Continues a text with the most probable token at each place, keeping keys and values cached: the
 * shortest way to {@link TokenGenerator}, which can do more and keeps its memory between texts.
 */
public final class GreedyGenerator {
  private final Qwen3Model model;

  /** For a model, which stays its owner's. */
  public GreedyGenerator(Qwen3Model model) {
    this.model = model;
  }

  /**
   * Generates tokens.
   *
   * @param prompt at least one id
   * @param maxNewTokens how many at most
   * @param stopTokens generation ends after one of these, which is part of the result
   * @return the new ids, without the prompt
   * @throws ModelInputException if an id is outside the vocabulary or the text would be too long
   */
  public int[] generate(int[] prompt, int maxNewTokens, Set<Integer> stopTokens) {
    if (maxNewTokens < 0) {
      throw new ModelInputException(
          prompt.length + " prompt tokens and " + maxNewTokens + " new ones: that is too few");
    }
    GenerationOptions options =
        GenerationOptions.builder().optMaxNewTokens(maxNewTokens).optStopTokens(stopTokens).build();
    int unused = TokenGenerator.check(prompt, options, model.config());
    try (TokenGenerator generator = new TokenGenerator(model)) {
      return generator.generate(prompt, options).ids();
    }
  }
}
