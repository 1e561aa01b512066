// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.TextSpan;
import java.util.List;

/** Parts of a text in code points, as other languages count them. */
final class CodePoints {
  private CodePoints() {}

  /** For each part its first code point and one behind its last. */
  static int[][] of(String text, List<TextSpan> spans) {
    int[] before = new int[text.length() + 1];
    int count = 0;
    for (int i = 0; i < text.length(); ) {
      int end = i + Character.charCount(text.codePointAt(i));
      while (i < end) {
        before[i++] = count;
      }
      count++;
    }
    before[text.length()] = count;
    return spans.stream()
        .map(span -> new int[] {before[span.start()], before[span.end()]})
        .toArray(int[][]::new);
  }
}
