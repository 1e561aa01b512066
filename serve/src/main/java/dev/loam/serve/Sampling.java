// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How tokens are chosen, as far as a request says it; the rest is the backend's choice.
 *
 * @param temperature 0 for the most probable token
 * @param topP share of the probability that is kept, 0 to 1
 * @param topK how many tokens are kept; 0 for all
 * @param minP probability a token needs, as a share of the largest, 0 to 1
 * @param repetitionPenalty above 0; 1 for none
 * @param seed makes the same request give the same text
 */
public record Sampling(
    OptionalDouble temperature,
    OptionalDouble topP,
    OptionalInt topK,
    OptionalDouble minP,
    OptionalDouble repetitionPenalty,
    OptionalLong seed) {
  /** What a request that says nothing means. */
  public static Sampling defaults() {
    OptionalDouble unset = OptionalDouble.empty();
    return new Sampling(unset, unset, OptionalInt.empty(), unset, unset, OptionalLong.empty());
  }
}
