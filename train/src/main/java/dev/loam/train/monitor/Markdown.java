// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.util.stream.Collectors;

/** Text as TensorBoard's text page takes it. */
final class Markdown {
  private Markdown() {}

  /** Text that is shown as it is: a block of lines that are indented. */
  static String code(String text) {
    return text.lines().map(line -> "    " + line).collect(Collectors.joining("\n"));
  }
}
