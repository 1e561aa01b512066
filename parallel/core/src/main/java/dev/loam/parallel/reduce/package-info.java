// SPDX-License-Identifier: Apache-2.0
/** What transports share: access to tensors in host memory, and sums in the order of the tree. */
@NullMarked
package dev.loam.parallel.reduce;

import org.jspecify.annotations.NullMarked;
