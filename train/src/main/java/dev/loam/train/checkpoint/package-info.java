// SPDX-License-Identifier: Apache-2.0
/** When a training is saved, what each rank saves of it, and how it goes on from there. */
@NullMarked
package dev.loam.train.checkpoint;

import org.jspecify.annotations.NullMarked;
