// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordPlace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which fields the values of a column have, and those of these, in the order they come up. */
final class Fields {
  private final Column column;
  private final Map<String, Fields> fields = new LinkedHashMap<>();
  private boolean nested;
  private boolean plain;

  private Fields(Column column) {
    this.column = column;
  }

  /** The columns of a table with a column for each innermost field. */
  static List<Column> of(RecordTable table) {
    List<Fields> all = table.columnList().stream().map(Fields::new).toList();
    for (int i = 0; i < table.size(); i++) {
      DataRecord stored = table.stored(i);
      for (Fields fields : all) {
        fields.see(fields.column.of(stored), stored.place());
      }
    }
    List<Column> columns = new ArrayList<>();
    all.forEach(fields -> fields.addTo(columns));
    return columns;
  }

  private void see(Object value, RecordPlace place) {
    if (value instanceof Optional) {
      return;
    }
    nested |= value instanceof Map;
    plain |= !(value instanceof Map);
    if (nested && plain) {
      throw place.wrong(
          "\"%s\" is %s, other than in records before; give it one form, or remove the column"
              .formatted(column.name(), value instanceof Map ? "an object" : "none"));
    }
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (name, inner) ->
              fields
                  .computeIfAbsent((String) name, field -> new Fields(column.field(field)))
                  .see(inner, place));
      RecordLoader.requireColumns(fields.size(), place);
    }
  }

  private void addTo(List<Column> columns) {
    if (nested) {
      fields.values().forEach(field -> field.addTo(columns));
    } else {
      columns.add(column);
    }
  }
}
