// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tables of {@code docs/configuration.md} and the readers have the same keys. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  @TempDir Path folder;

  private static Map<String, SectionView.Key> page() throws IOException {
    Map<String, SectionView.Key> keys = new TreeMap<>();
    String section = "";
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("### ")) {
        section = line.startsWith("### `") ? line.replaceAll("[# `]", "") + "." : "";
      }
      String[] cells = line.strip().split("(?<!\\\\)\\|", -1);
      if (cells.length == 6 && cells[1].strip().matches("`[a-z0-9_.]+`")) {
        String key = section + cells[1].replaceAll("[ `]", "");
        String status = cells[4].strip().toUpperCase(Locale.ROOT);
        SectionView.Key row =
            new SectionView.Key(KeyStatus.valueOf(status), cells[3].strip().replace("\\|", "|"));
        assertThat(keys.put(key, row)).as(key + " stands once").isNull();
      }
    }
    return keys;
  }

  /** Keys within {@code eval_dataset} are those of {@code train_dataset}. */
  private Map<String, SectionView.Key> code() {
    Map<String, SectionView.Key> keys = AllKeys.of(folder);
    keys.keySet().removeIf(key -> key.startsWith("eval_dataset."));
    return keys;
  }

  @Test
  void theSameKeys() throws IOException {
    assertThat(page().keySet()).containsExactlyInAnyOrderElementsOf(code().keySet());
  }

  @Test
  void theSameStatus() throws IOException {
    Map<String, SectionView.Key> page = page();
    code()
        .forEach(
            (key, found) -> assertThat(row(page, key).status()).as(key).isEqualTo(found.status()));
  }

  /** Where the page has no words in place of a default. */
  @Test
  void theSameDefaults() throws IOException {
    Map<String, SectionView.Key> page = page();
    int compared = 0;
    for (Map.Entry<String, SectionView.Key> entry : code().entrySet()) {
      String told = row(page, entry.getKey()).value();
      String found = entry.getValue().value();
      if (!told.startsWith("*")) {
        assertThat(told).as(entry.getKey()).isEqualTo(found.isEmpty() ? "" : "`" + found + "`");
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(300);
  }

  private static SectionView.Key row(Map<String, SectionView.Key> page, String key) {
    SectionView.Key row = page.get(key);
    if (row == null) {
      throw new AssertionError(key + " is not in " + PAGE);
    }
    return row;
  }
}
