// SPDX-License-Identifier: Apache-2.0
/**
 * Tensors as views into arenas, the list of kernels that models are written against, and the engine
 * interface that implements them.
 *
 * <p>Shapes are part of names: {@code xTH} is a tensor of tokens by hidden size. The letters used
 * throughout are T tokens of a micro batch, H hidden size, I and O inputs and outputs of a linear
 * layer, N query heads, G key/value heads, D head dimension, F intermediate size, V vocabulary, C
 * rows of one chunk, P positions.
 */
@NullMarked
package dev.loam.tensor;

import org.jspecify.annotations.NullMarked;
