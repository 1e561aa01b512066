// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

/**
 * What becomes of the thoughts in front of answers ({@code --enable-thinking}). An answer that
 * brings none is given an empty block of them in any case.
 */
public enum Thinking {
  /** Thoughts are learned, the empty block too ({@code true}). */
  LEARNED,
  /** Thoughts are taken out; the empty block belongs to the question ({@code false}). */
  REMOVED,
  /**
   * Thoughts that are there are learned; the empty block belongs to the question ({@code none}).
   */
  AS_WRITTEN
}
