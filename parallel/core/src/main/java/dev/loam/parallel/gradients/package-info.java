// SPDX-License-Identifier: Apache-2.0
/** Gradients of several ranks: their sums, their norm, and who updates what. */
@NullMarked
package dev.loam.parallel.gradients;

import org.jspecify.annotations.NullMarked;
