// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Tensor;

/**
 * The place of a weight's gradient among all {@link Gradients}.
 *
 * @param use 0; 1 for what the second use of a tied weight contributes, where that is kept apart
 * @param offset the first element in {@link Gradients#slab}
 * @param gradient shaped like the weight
 */
public record GradientRegion(Weight weight, int use, long offset, Tensor gradient) {
  /** The element after the last. */
  public long end() {
    return offset + gradient.elements();
  }
}
