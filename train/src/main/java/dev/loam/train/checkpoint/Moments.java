// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Tensor;

/**
 * AdamW's moments of a run of a weight's elements.
 *
 * @param piece the run
 * @param first running mean of gradients, flat
 * @param second running mean of squared gradients, flat
 */
public record Moments(OwnedPiece piece, Tensor first, Tensor second) {}
