// SPDX-License-Identifier: Apache-2.0
/** Corpora, Megatron indexed datasets, samples and batches. */
@NullMarked
package dev.loam.data;

import org.jspecify.annotations.NullMarked;
