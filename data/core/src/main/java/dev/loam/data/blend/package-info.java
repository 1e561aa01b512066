// SPDX-License-Identifier: Apache-2.0
/** Several datasets as one, in given proportions. */
@NullMarked
package dev.loam.data.blend;

import org.jspecify.annotations.NullMarked;
