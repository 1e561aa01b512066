// SPDX-License-Identifier: Apache-2.0
/** Fixtures and assertions shared by the tests of all modules; not published. */
@NullMarked
package dev.loam.testkit;

import org.jspecify.annotations.NullMarked;
