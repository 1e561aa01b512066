// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration of a run: MindFormers' YAML with dotted overrides, read into immutable values.
 * All problems of a file are reported at once, each with its place.
 */
@NullMarked
package dev.loam.train.config;

import org.jspecify.annotations.NullMarked;
