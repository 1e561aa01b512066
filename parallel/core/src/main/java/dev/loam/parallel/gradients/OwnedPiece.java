// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Weight;

/**
 * A run of a weight's elements that this rank updates: all of it, or, when data-parallel ranks
 * share the optimizer states, its part.
 *
 * @param start the first element, counted in the flat weight
 * @param value flat
 * @param gradient flat, summed over all ranks once the reduction is finished
 * @param counted whether this rank is the one that counts it in the global norm
 */
public record OwnedPiece(
    Weight weight, long start, Tensor value, Tensor gradient, boolean counted) {}
