// SPDX-License-Identifier: Apache-2.0
/**
 * What models are made of, as schedules, optimizers and checkpoints see it: parameters, gradients,
 * and the part of a model that one pipeline stage holds.
 */
@NullMarked
package dev.loam.tensor.part;

import org.jspecify.annotations.NullMarked;
