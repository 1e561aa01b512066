// SPDX-License-Identifier: Apache-2.0
/** Megatron indexed datasets: the {@code .bin} and {@code .idx} pair. */
@NullMarked
package dev.loam.data.indexed;

import org.jspecify.annotations.NullMarked;
