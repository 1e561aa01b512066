// SPDX-License-Identifier: Apache-2.0
/** Small programs that embed Loam, and the sample text. */
@NullMarked
package dev.loam.examples;

import org.jspecify.annotations.NullMarked;
