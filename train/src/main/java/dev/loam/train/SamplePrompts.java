// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.tokenizer.Tokenizer;
import java.util.List;

/**
 * Texts that a model in training continues from time to time, with the most probable token at each
 * place.
 *
 * @param maxNewTokens tokens for each
 * @param everySteps steps between two times; 0 for the end of the training only
 */
public record SamplePrompts(
    Tokenizer tokenizer, List<String> prompts, int maxNewTokens, int everySteps) {
  /** Copies the list. */
  public SamplePrompts {
    prompts = List.copyOf(prompts);
  }

  boolean isDue(long step) {
    return everySteps > 0 && step % everySteps == 0;
  }
}
