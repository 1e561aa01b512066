// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

/** What the other tensor-parallel ranks have of a weight. */
public enum Copies {
  /** Other slices of it, or there are no other ranks. */
  NONE,
  /** The same values, and the same gradient. */
  SAME_GRADIENT,
  /** The same values; the gradient is the sum of what the ranks compute. */
  PARTIAL_GRADIENT
}
