// SPDX-License-Identifier: Apache-2.0
/** OpenAI-compatible endpoint on the JDK HTTP server. */
@NullMarked
package dev.loam.serve;

import org.jspecify.annotations.NullMarked;
