// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of a CSV file, given line by line: RFC 4180, and as Python's {@code csv} a quote inside
 * an unquoted field is a character, and what follows a closing quote belongs to the field.
 */
final class CsvRow {
  private final char separator;
  private final List<String> fields = new ArrayList<>();
  private final StringBuilder field = new StringBuilder();
  private boolean open;

  CsvRow(char separator) {
    this.separator = separator;
  }

  /** Adds a line, without its end. */
  void add(String line) {
    boolean fieldStart = !open;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (open) {
        if (c != '"') {
          field.append(c);
        } else if (i + 1 < line.length() && line.charAt(i + 1) == '"') {
          field.append(c);
          i++;
        } else {
          open = false;
        }
      } else if (c == separator) {
        endField();
        fieldStart = true;
        continue;
      } else if (c == '"' && fieldStart) {
        open = true;
      } else {
        field.append(c);
      }
      fieldStart = false;
    }
  }

  /** Adds a line end inside quotes. */
  void addQuoted(String lineEnd) {
    field.append(lineEnd);
  }

  /** Whether a quote is open, so that the row goes on with the next line. */
  boolean isOpen() {
    return open;
  }

  /** The fields of a row that is not open. */
  List<String> fields() {
    endField();
    return List.copyOf(fields);
  }

  private void endField() {
    fields.add(field.toString());
    field.setLength(0);
  }
}
