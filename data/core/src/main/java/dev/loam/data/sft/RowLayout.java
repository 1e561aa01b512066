// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

/** How samples are laid into rows. In a row, attention and positions are each sample's own. */
public sealed interface RowLayout {
  /** Each sample has a row of its own. */
  record One() implements RowLayout {}

  /**
   * Several whole samples share a row.
   *
   * @param length the most tokens of a row
   */
  record Packed(Packing strategy, int length) implements RowLayout {}

  /**
   * All samples one after the other, cut into rows wherever one is full: a sample's part in the
   * next row sees nothing of the part before.
   *
   * @param length tokens of a row; the last one may have fewer
   */
  record Cut(int length) implements RowLayout {}
}
