// SPDX-License-Identifier: Apache-2.0
/** Ranks that are threads of one process, exchanging through each other's memory. */
@NullMarked
package dev.loam.parallel.threads;

import org.jspecify.annotations.NullMarked;
