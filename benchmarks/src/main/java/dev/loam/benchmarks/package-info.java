// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks of kernels and whole steps. */
@NullMarked
package dev.loam.benchmarks;

import org.jspecify.annotations.NullMarked;
