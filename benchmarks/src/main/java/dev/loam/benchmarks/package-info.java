// SPDX-License-Identifier: Apache-2.0
/** Whole-step benchmarks, and what the machine's matrix products alone would allow. */
@NullMarked
package dev.loam.benchmarks;

import org.jspecify.annotations.NullMarked;
