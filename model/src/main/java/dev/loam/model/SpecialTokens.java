// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import java.util.List;
import java.util.OptionalInt;

/**
 * Ids of special tokens as {@code config.json} names them.
 *
 * @param bos begins a text, if set
 * @param eos each of these ends a text; generation stops there
 */
public record SpecialTokens(OptionalInt bos, List<Integer> eos) {
  /** Copies the list. */
  public SpecialTokens {
    eos = List.copyOf(eos);
  }

  /** No special tokens. */
  public static SpecialTokens none() {
    return new SpecialTokens(OptionalInt.empty(), List.of());
  }
}
