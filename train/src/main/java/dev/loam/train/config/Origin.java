// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Comparator;

/**
 * Where a value was written.
 *
 * @param source a file, {@code --key} on the command line, or what gives values nobody wrote
 * @param line in the file, the first is 1; 0 where there are no lines
 * @param column in code points, the first is 1
 */
record Origin(String source, int line, int column) {
  /** Of values that nobody wrote. */
  static final Origin DEFAULT = new Origin("default", 0, 0);

  /** Places of a file in their order, and files in that of their names. */
  static final Comparator<Origin> ORDER =
      Comparator.comparing(Origin::source)
          .thenComparingInt(Origin::line)
          .thenComparingInt(Origin::column);

  static Origin of(String source) {
    return new Origin(source, 0, 0);
  }

  boolean isCommandLine() {
    return source.startsWith("--");
  }

  @Override
  public String toString() {
    return line == 0 ? source : source + ":" + line + ":" + column;
  }
}
