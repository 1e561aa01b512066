// SPDX-License-Identifier: Apache-2.0
/** Shared by the packages of this module; not for use outside it. */
@NullMarked
package dev.loam.data.internal;

import org.jspecify.annotations.NullMarked;
