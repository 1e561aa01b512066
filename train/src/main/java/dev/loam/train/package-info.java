// SPDX-License-Identifier: Apache-2.0
/**
 * Training. {@link dev.loam.train.TrainStep} is one step read from above; {@link
 * dev.loam.train.Trainer} the loop around it; {@link dev.loam.train.TrainingRun} puts a run
 * together from its configuration.
 */
@NullMarked
package dev.loam.train;

import org.jspecify.annotations.NullMarked;
