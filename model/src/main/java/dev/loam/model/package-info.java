// SPDX-License-Identifier: Apache-2.0
/**
 * Qwen3. {@link dev.loam.model.Qwen3Part} is the forward and backward pass read from above, {@link
 * dev.loam.model.Qwen3Layer} one layer of it, {@link dev.loam.model.LmHead} the loss.
 */
@NullMarked
package dev.loam.model;

import org.jspecify.annotations.NullMarked;
