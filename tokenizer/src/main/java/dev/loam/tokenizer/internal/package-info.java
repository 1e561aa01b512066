// SPDX-License-Identifier: Apache-2.0
/** What the packages of this module share; not for use outside it. */
@NullMarked
package dev.loam.tokenizer.internal;

import org.jspecify.annotations.NullMarked;
