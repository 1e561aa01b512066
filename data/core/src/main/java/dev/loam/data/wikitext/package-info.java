// SPDX-License-Identifier: Apache-2.0
/** Cleaning of WikiText files into JSON lines. */
@NullMarked
package dev.loam.data.wikitext;

import org.jspecify.annotations.NullMarked;
