// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A column of a table.
 *
 * @param name what the table calls it
 * @param path where its values are in the records of the file: a name, and names in it
 */
record Column(String name, List<String> path) {
  Column {
    path = List.copyOf(path);
  }

  /** A column as the file has it. */
  static Column of(String name) {
    return new Column(name, List.of(name));
  }

  Column renamed(String newName) {
    return new Column(newName, path);
  }

  /** A field of the values of this column, as a column. */
  Column field(String field) {
    List<String> longer = new ArrayList<>(path);
    longer.add(field);
    return new Column(name + "." + field, longer);
  }

  /** The value in a record of the file; {@link Optional#empty} where it is null or missing. */
  Object of(DataRecord record) {
    Object value = record.values();
    for (String part : path) {
      Object field = value instanceof Map<?, ?> map ? map.get(part) : null;
      if (field == null) {
        return Optional.empty();
      }
      value = field;
    }
    return value;
  }
}
