// SPDX-License-Identifier: Apache-2.0
/** Reference engine in float64 on ND4J. */
@NullMarked
package dev.loam.tensor.nd4j;

import org.jspecify.annotations.NullMarked;
