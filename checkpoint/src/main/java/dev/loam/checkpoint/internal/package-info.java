// SPDX-License-Identifier: Apache-2.0
/** Shared by the formats of this module, and not for others. */
@NullMarked
package dev.loam.checkpoint.internal;

import org.jspecify.annotations.NullMarked;
