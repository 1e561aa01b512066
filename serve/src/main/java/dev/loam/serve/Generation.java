// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

/**
 * How a generation ended.
 *
 * @param newTokens how many tokens were generated, the one that ended the text included
 */
public record Generation(FinishReason reason, int newTokens) {
  /** Why no more tokens came. */
  public enum FinishReason {
    /** The model ended its text, or wrote a stop string. */
    STOP,
    /** As many tokens as were asked for, or as the context has room for. */
    LENGTH,
    /** Nobody waited for the rest. */
    CANCELLED
  }
}
