// SPDX-License-Identifier: Apache-2.0
/**
 * The reference engine: every kernel written from its mathematics in float64 on ND4J, as plainly as
 * possible. It is what other engines are tested against, and a mode for debugging.
 */
@NullMarked
package dev.loam.tensor.nd4j;

import org.jspecify.annotations.NullMarked;
