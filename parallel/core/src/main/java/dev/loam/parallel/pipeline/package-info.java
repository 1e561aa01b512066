// SPDX-License-Identifier: Apache-2.0
/** Pipelines: the order in which stages run micro batches, and what runs them. */
@NullMarked
package dev.loam.parallel.pipeline;

import org.jspecify.annotations.NullMarked;
