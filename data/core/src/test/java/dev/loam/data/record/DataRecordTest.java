// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataRecordTest {
  private static DataRecord record() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("b", "x");
    values.put("a", Optional.empty());
    values.put("n", 3);
    values.put("l", List.of("p", "q"));
    values.put("f", 0.5f);
    return new DataRecord(RecordPlace.line(Path.of("in.jsonl"), 7), values);
  }

  @Test
  void keepsOrderAndWidensNumbers() {
    assertThat(record().names()).containsExactly("b", "a", "n", "l", "f");
    assertThat(record().value("n")).contains(3L);
    assertThat(record().value("f")).contains(0.5);
    assertThat(record().value("a")).isEmpty();
    assertThat(record().has("a")).isTrue();
    assertThat(record().has("c")).isFalse();
  }

  @Test
  void changesMakeANewRecord() {
    assertThat(record().with("a", 1).names()).containsExactly("b", "a", "n", "l", "f");
    assertThat(record().without("n").names()).containsExactly("b", "a", "l", "f");
    assertThat(record().renamed("b", "c").values()).containsEntry("c", "x").doesNotContainKey("b");
    assertThatThrownBy(() -> record().values().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> record().with("o", new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void textsAreTextsOrAnErrorWithItsPlace() {
    assertThat(record().text("b")).contains("x");
    assertThat(record().text("a")).isEmpty();
    assertThat(record().requireTexts("l")).containsExactly("p", "q");
    assertThat(record().requireTexts("b")).containsExactly("x");
    assertThatThrownBy(() -> record().requireText("z"))
        .isInstanceOf(DataFormatException.class)
        .hasMessage("in.jsonl:7: no field \"z\"; the record has [b, a, n, l, f]");
    assertThatThrownBy(() -> record().text("n")).hasMessageContaining("must be a string, it has 3");
    assertThatThrownBy(() -> record().requireText("a")).hasMessageContaining("it has null");
    assertThatThrownBy(() -> record().requireTexts("n")).hasMessageContaining("list of strings");
  }
}
