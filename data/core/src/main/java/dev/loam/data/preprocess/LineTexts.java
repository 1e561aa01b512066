// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.List;

/** Takes the texts out of a line. Safe for use by several threads. */
interface LineTexts {
  /**
   * The texts of each key.
   *
   * @param bytes in UTF-8, of which those from {@code from} to {@code to} are the line
   */
  List<List<Utf8Text>> of(byte[] bytes, int from, int to) throws UnusableException;
}
