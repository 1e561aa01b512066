// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.List;

/** A line is a text. */
final class PlainTexts implements LineTexts {
  @Override
  public List<List<Utf8Text>> of(byte[] bytes, int from, int to) {
    return List.of(List.of(new Utf8Text(bytes, from, to)));
  }
}
