// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * What a forward and backward pass know of a micro batch besides its values. The rows of the batch
 * lie one after the other; tokens attend only within their document.
 *
 * @param positionsT the rotary position of each token, I64
 * @param cuSeqlens where documents start and end
 * @param caches when generating, for each document the keys and values of its earlier tokens; else
 *     empty
 * @param dropout keys of dropout's random numbers; nothing where nothing is dropped
 */
public record Context(
    Tensor positionsT,
    CuSeqlens cuSeqlens,
    List<KeyValueCache> caches,
    Optional<DropoutKeys> dropout) {
  /** Checks that each document has its cache, or none has. */
  public Context {
    caches = List.copyOf(caches);
    if (!caches.isEmpty() && caches.size() != cuSeqlens.documents()) {
      throw new IllegalArgumentException(
          caches.size() + " caches do not fit " + cuSeqlens.documents() + " documents");
    }
  }

  /** A training pass without dropout. */
  public static Context training(Tensor positionsT, CuSeqlens cuSeqlens) {
    return new Context(positionsT, cuSeqlens, List.of(), Optional.empty());
  }

  /** A training pass. */
  public static Context training(Tensor positionsT, CuSeqlens cuSeqlens, DropoutKeys dropout) {
    return new Context(positionsT, cuSeqlens, List.of(), Optional.of(dropout));
  }

  /** A forward pass alone, without a cache. */
  public static Context inference(Tensor positionsT, CuSeqlens cuSeqlens) {
    return new Context(positionsT, cuSeqlens, List.of(), Optional.empty());
  }

  /** A forward pass over the next tokens of a text whose earlier tokens are cached. */
  public static Context cached(Tensor positionsT, CuSeqlens cuSeqlens, KeyValueCache cache) {
    return cached(positionsT, cuSeqlens, List.of(cache));
  }

  /**
   * A forward pass over the next tokens of several texts: of each the first tokens, or one more.
   *
   * @param caches the earlier tokens of each
   */
  public static Context cached(Tensor positionsT, CuSeqlens cuSeqlens, List<KeyValueCache> caches) {
    return new Context(positionsT, cuSeqlens, caches, Optional.empty());
  }

  /** The number of tokens of the micro batch. */
  public long tokens() {
    return positionsT.size(0);
  }
}
