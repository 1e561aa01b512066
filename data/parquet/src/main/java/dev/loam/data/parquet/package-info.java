// SPDX-License-Identifier: Apache-2.0
/** Parquet reader for corpora. */
@NullMarked
package dev.loam.data.parquet;

import org.jspecify.annotations.NullMarked;
