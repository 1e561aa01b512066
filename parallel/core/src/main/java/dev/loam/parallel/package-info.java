// SPDX-License-Identifier: Apache-2.0
/** Ranks, layouts, process groups, collectives and schedules. */
@NullMarked
package dev.loam.parallel;

import org.jspecify.annotations.NullMarked;
