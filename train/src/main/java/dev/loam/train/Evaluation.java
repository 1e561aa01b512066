// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/**
 * How good a model is on held-out data.
 *
 * @param step steps done when it was evaluated
 * @param loss mean loss of the tokens
 * @param tokens tokens that were predicted
 * @param seconds how long it took
 */
public record Evaluation(long step, double loss, long tokens, double seconds) {
  /** {@code e} to the power of the loss. */
  public double perplexity() {
    return Math.exp(loss);
  }
}
