// SPDX-License-Identifier: Apache-2.0
/**
 * Adapters added to the weights of a model, and taken out of them again. {@link
 * dev.loam.lora.merge.LoraMerge} and {@link dev.loam.lora.merge.LoraUnmerge} write such models.
 */
@NullMarked
package dev.loam.lora.merge;

import org.jspecify.annotations.NullMarked;
