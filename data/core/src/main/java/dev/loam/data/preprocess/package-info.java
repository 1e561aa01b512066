// SPDX-License-Identifier: Apache-2.0
/** Corpora to indexed datasets. */
@NullMarked
package dev.loam.data.preprocess;

import org.jspecify.annotations.NullMarked;
