// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A line is a text. */
final class PlainTexts implements LineTexts {
  @Override
  public List<List<String>> of(byte[] bytes, int from, int to) {
    return List.of(List.of(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
  }
}
