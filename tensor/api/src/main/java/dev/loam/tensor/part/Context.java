// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import java.util.Optional;

/**
 * What a forward and backward pass know of a micro batch besides its values. The rows of the batch
 * lie one after the other; tokens attend only within their document.
 *
 * @param positionsT the rotary position of each token, I64
 * @param cuSeqlens where documents start and end
 * @param cache keys and values of earlier tokens, when generating
 * @param training whether a backward pass follows
 * @param dropoutKey keys the random numbers of dropout, so that a repeated forward draws the same
 */
public record Context(
    Tensor positionsT,
    CuSeqlens cuSeqlens,
    Optional<KeyValueCache> cache,
    boolean training,
    long dropoutKey) {
  /** A training pass. */
  public static Context training(Tensor positionsT, CuSeqlens cuSeqlens) {
    return new Context(positionsT, cuSeqlens, Optional.empty(), true, 0);
  }

  /** A forward pass alone, without a cache. */
  public static Context inference(Tensor positionsT, CuSeqlens cuSeqlens) {
    return new Context(positionsT, cuSeqlens, Optional.empty(), false, 0);
  }

  /** A forward pass over the next tokens of a text whose earlier tokens are cached. */
  public static Context cached(Tensor positionsT, CuSeqlens cuSeqlens, KeyValueCache cache) {
    return new Context(positionsT, cuSeqlens, Optional.of(cache), false, 0);
  }

  /** The number of tokens of the micro batch. */
  public long tokens() {
    return positionsT.size(0);
  }
}
