// SPDX-License-Identifier: Apache-2.0
/**
 * Continues token sequences. {@link dev.loam.model.generation.TokenGenerator} is where to begin,
 * {@link dev.loam.model.generation.GenerationOptions} how tokens are chosen.
 */
@NullMarked
package dev.loam.model.generation;

import org.jspecify.annotations.NullMarked;
