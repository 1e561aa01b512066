// SPDX-License-Identifier: Apache-2.0
/** safetensors, sharded checkpoints and resharding. */
@NullMarked
package dev.loam.checkpoint;

import org.jspecify.annotations.NullMarked;
