// SPDX-License-Identifier: Apache-2.0
/**
 * What a run tells of itself while it goes on and afterwards: TensorBoard's event files, logs,
 * norms of parameters, the report.
 */
@NullMarked
package dev.loam.train.monitor;

import org.jspecify.annotations.NullMarked;
