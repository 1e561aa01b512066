// SPDX-License-Identifier: Apache-2.0
/**
 * Checkpoints that ranks write together and any number of ranks reads: boxes of global tensors in
 * safetensors files, a manifest with the digests of every block, and one atomic rename that
 * publishes all of it. The format and the protocol are described in {@code
 * docs/checkpoint-format.md}.
 */
@NullMarked
package dev.loam.checkpoint.sharded;

import org.jspecify.annotations.NullMarked;
