// SPDX-License-Identifier: Apache-2.0
package dev.loam.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sentence templates, read from a plain text file.
 *
 * <p>A file is a list of sections; blank lines and lines that begin with {@code #} are skipped.
 *
 * <pre>
 * == name                   a rule: each line below is one way to say it
 * == name: one | many       a table: each line below is one row, its cells parted by " | "
 * </pre>
 *
 * In a line or a cell
 *
 * <ul>
 *   <li>{@code {rule}} stands for any line of that rule, none twice in a document while others are
 *       left;
 *   <li>{@code {table.column}} stands for a cell of one row, which stays the same throughout a
 *       document; {@code {table2.column}} speaks of a second, different row;
 *   <li>a capital, as in {@code {Table.column}}, makes the result begin with a capital;
 *   <li>{@code {a table.column}} puts "a" or "an" in front, {@code {A table.column}} "A" or "An";
 *   <li>{@code [this|that]} stands for either.
 * </ul>
 */
record Grammar(Map<String, Section> sections) {

  /** A rule (no columns, one cell in each row) or a table. */
  record Section(List<String> columns, List<List<String>> rows) {
    boolean isTable() {
      return !columns.isEmpty();
    }
  }

  /** Reads a grammar; {@code name} is what messages call the file. */
  static Grammar parse(String name, List<String> lines) {
    Map<String, Section> sections = new LinkedHashMap<>();
    Section current = new Section(List.of(), new ArrayList<>());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (line.startsWith("== ")) {
        int colon = line.indexOf(": ");
        String key = line.substring(3, colon < 0 ? line.length() : colon);
        current = new Section(colon < 0 ? List.of() : cells(line, colon + 2), new ArrayList<>());
        if (sections.put(key, current) != null) {
          throw new IllegalStateException(name + ":" + (i + 1) + ": second section " + key);
        }
        continue;
      }
      List<String> row = current.isTable() ? cells(line, 0) : List.of(line);
      if (current.isTable() && row.size() != current.columns().size()) {
        throw new IllegalStateException(
            "%s:%d: %d cells for the columns %s"
                .formatted(name, i + 1, row.size(), current.columns()));
      }
      current.rows().add(row);
    }
    return new Grammar(sections);
  }

  private static List<String> cells(String line, int from) {
    return List.of(line.substring(from).split(" \\| ", -1));
  }

  Section section(String name) {
    Section section = sections.get(name);
    if (section == null) {
      throw new IllegalStateException("the grammar has no section " + name);
    }
    return section;
  }
}
