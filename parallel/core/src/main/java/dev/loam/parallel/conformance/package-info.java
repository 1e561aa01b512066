// SPDX-License-Identifier: Apache-2.0
/** What every transport has to keep, as checks that its tests run. */
@NullMarked
package dev.loam.parallel.conformance;

import org.jspecify.annotations.NullMarked;
