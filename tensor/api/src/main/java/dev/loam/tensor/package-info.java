// SPDX-License-Identifier: Apache-2.0
/** Tensors, kernels and the engine interface. */
@NullMarked
package dev.loam.tensor;

import org.jspecify.annotations.NullMarked;
