// SPDX-License-Identifier: Apache-2.0
/** Small programs that embed Loam, each to be read on one screen and run in seconds. */
@NullMarked
package dev.loam.examples.embed;

import org.jspecify.annotations.NullMarked;
