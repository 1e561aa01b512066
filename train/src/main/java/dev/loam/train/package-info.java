// SPDX-License-Identifier: Apache-2.0
/** Configuration, optimizer, schedules, training loop and monitors. */
@NullMarked
package dev.loam.train;

import org.jspecify.annotations.NullMarked;
