// SPDX-License-Identifier: Apache-2.0
/** Samples of fixed length out of indexed datasets, in the order of Megatron-LM. */
@NullMarked
package dev.loam.data.gpt;

import org.jspecify.annotations.NullMarked;
