// SPDX-License-Identifier: Apache-2.0
/**
 * What a run will take, found before it starts: each rank's share of the training is rehearsed, on
 * memory and kernels that only count, by the code that trains.
 */
@NullMarked
package dev.loam.train.plan;

import org.jspecify.annotations.NullMarked;
