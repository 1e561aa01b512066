// SPDX-License-Identifier: Apache-2.0
/** Records out of JSON lines, JSON, CSV, text and Parquet files. */
@NullMarked
package dev.loam.data.record;

import org.jspecify.annotations.NullMarked;
