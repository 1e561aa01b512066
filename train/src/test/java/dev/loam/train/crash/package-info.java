// SPDX-License-Identifier: Apache-2.0
/**
 * Trainings in processes of their own that are killed, at random moments and at every file
 * operation of saving, and have to go on as if nothing had happened.
 */
@NullMarked
package dev.loam.train.crash;

import org.jspecify.annotations.NullMarked;
