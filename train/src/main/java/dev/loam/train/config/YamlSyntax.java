// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.reader.ReaderException;

/** Says of what the YAML parser refuses what its author may have done. */
final class YamlSyntax {
  private YamlSyntax() {}

  static String explain(MarkedYAMLException e) {
    String problem = String.valueOf(e.getProblem());
    Mark mark = e.getProblemMark();
    if (mark != null && mark.getIndex() < mark.getBuffer().length && isTab(mark)) {
      return "a tab; YAML is indented with spaces";
    } else if (problem.contains("mapping values are not allowed")
        || problem.contains("expected <block end>")) {
      return problem + "; is this line, or the one above, indented as it should be?";
    } else if (problem.contains("undefined alias")) {
      return problem + "; an anchor such as &name must stand above it";
    }
    return problem;
  }

  private static boolean isTab(Mark mark) {
    return mark.getBuffer()[mark.getPointer()] == '\t';
  }

  static String explain(ReaderException e) {
    return String.format("the character U+%04X is not allowed", e.getCodePoint());
  }

  /** Line and column of a character. */
  static String place(String text, ReaderException e) {
    String before = text.substring(0, text.offsetByCodePoints(0, e.getPosition()));
    String lastLine = before.substring(before.lastIndexOf('\n') + 1);
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    return ":" + line + ":" + (lastLine.codePointCount(0, lastLine.length()) + 1);
  }
}
