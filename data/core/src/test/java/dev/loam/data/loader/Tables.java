// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes and reads small tables. */
final class Tables {
  private Tables() {}

  static RecordTable ofJsonLines(Path folder, String... lines) throws IOException {
    Path file = folder.resolve("rows.jsonl");
    Files.writeString(file, String.join("\n", lines) + "\n");
    return RecordSource.of(file.toString()).open();
  }

  /** The values of a column, null being {@link Optional#empty}. */
  static List<Object> column(RecordTable table, String name) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < table.size(); i++) {
      values.add(table.get(i).values().get(name));
    }
    return values;
  }
}
