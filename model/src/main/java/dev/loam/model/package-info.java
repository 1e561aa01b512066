// SPDX-License-Identifier: Apache-2.0
/** Qwen3: configuration, layers with forward and backward, generation. */
@NullMarked
package dev.loam.model;

import org.jspecify.annotations.NullMarked;
