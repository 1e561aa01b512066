// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

/** Follows one text as it is written, on the thread that generates. */
@FunctionalInterface
public interface TokenListener {
  /**
   * Takes the next token; a stop token as well.
   *
   * @return whether to go on; if not, the text ends as {@link FinishReason#CANCELLED}, unless this
   *     token was its last anyway
   */
  boolean onToken(int token);

  /** Takes the whole text at its end, whatever ended it. */
  default void onEnd(GeneratedTokens tokens) {}
}
