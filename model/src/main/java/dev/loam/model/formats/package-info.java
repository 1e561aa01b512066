// SPDX-License-Identifier: Apache-2.0
/**
 * Weights in the formats of other programs. {@link dev.loam.model.formats.WeightFolder} opens any
 * of them under the names of Hugging Face, {@link dev.loam.model.formats.WeightConversion} writes
 * any.
 */
@NullMarked
package dev.loam.model.formats;

import org.jspecify.annotations.NullMarked;
