// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

/** How values of several ranks become one. */
public enum Reduction {
  /** Added pairwise, in the order {@link ProcessGroup} states. */
  SUM,
  /** The largest; NaN if any is. */
  MAX
}
