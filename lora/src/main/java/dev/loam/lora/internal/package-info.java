// SPDX-License-Identifier: Apache-2.0
/** What the packages of this module share. */
@NullMarked
package dev.loam.lora.internal;

import org.jspecify.annotations.NullMarked;
