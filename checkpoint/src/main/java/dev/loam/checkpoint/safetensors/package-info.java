// SPDX-License-Identifier: Apache-2.0
/**
 * The safetensors format, version 1, and Hugging Face model folders made of it.
 *
 * <p>A file is the length of its header (8 bytes, little-endian), the header (JSON: per tensor its
 * type, shape and place; optional text metadata) and the tensors back to back. Reading trusts
 * nothing: every rule of the format is checked before a tensor can be asked for, and memory use is
 * bounded by {@link dev.loam.checkpoint.safetensors.SafetensorsLimits}.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">The format</a>
 */
@NullMarked
package dev.loam.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
