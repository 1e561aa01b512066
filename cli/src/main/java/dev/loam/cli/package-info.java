// SPDX-License-Identifier: Apache-2.0
/** The loam command. */
@NullMarked
package dev.loam.cli;

import org.jspecify.annotations.NullMarked;
