// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Expected orders are those of Hugging Face's datasets 5.0 with the same rows. */
class RecordTableTest {
  private static final List<String> TEXTS =
      List.of("\"b\"", "\"é\"", "null", "\"a\"", "\"😀\"", "\"\uffee\"", "\"b\"", "\"B\"");

  @TempDir Path folder;

  private RecordTable texts() throws IOException {
    String[] lines = new String[TEXTS.size()];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = "{\"i\": %d, \"s\": %s}".formatted(i, TEXTS.get(i));
    }
    return Tables.ofJsonLines(folder, lines);
  }

  private static List<Object> numbers(RecordTable table) {
    return Tables.column(table, "i");
  }

  private static List<Object> longs(int... values) {
    return IntStream.of(values).<Object>mapToObj(i -> (long) i).toList();
  }

  private static SortOrder by(String column, boolean reverse, boolean nullsFirst) {
    return new SortOrder(List.of(column), List.of(reverse), nullsFirst);
  }

  @Test
  void recordsComeBackAsTheyWere() throws IOException {
    String line =
        "{\"t\": \"文😀\", \"n\": -5, \"big\": 123456789012345678901,"
            + " \"r\": 1.5, \"yes\": true, \"no\": false, \"nothing\": null,"
            + " \"list\": [1, [null, \"x\"]], \"map\": {\"a\": {\"b\": []}}, \"e\": \"\"}";
    try (RecordTable table = Tables.ofJsonLines(folder, "{\"later\": 1}", line)) {
      DataRecord record = table.get(1);
      assertThat(record.values())
          .containsEntry("t", "文😀")
          .containsEntry("n", -5L)
          .containsEntry("big", new BigInteger("123456789012345678901"))
          .containsEntry("r", 1.5)
          .containsEntry("yes", true)
          .containsEntry("no", false)
          .containsEntry("nothing", Optional.empty())
          .containsEntry("list", List.of(1L, List.of(Optional.empty(), "x")))
          .containsEntry("map", Map.of("a", Map.of("b", List.of())))
          .containsEntry("later", Optional.empty());
      assertThat(record.place()).hasToString(folder.resolve("rows.jsonl") + ":2");
      assertThat(record.names()).isEqualTo(table.columns()).startsWith("later", "t", "n");
      assertThat(table.get(0).value("t")).isEmpty();
    }
  }

  @Test
  void takeSkipAndSelect() throws IOException {
    try (RecordTable table = texts()) {
      assertThat(numbers(table.take(3))).isEqualTo(longs(0, 1, 2));
      assertThat(numbers(table.skip(5))).isEqualTo(longs(5, 6, 7));
      assertThat(numbers(table.skip(2).take(2).skip(1))).isEqualTo(longs(3));
      assertThat(table.take(20).size()).isEqualTo(8);
      assertThat(table.skip(20).size()).isZero();
      assertThat(table.take(0).size()).isZero();
      assertThat(numbers(table.select(List.of(7, 0, 0)))).isEqualTo(longs(7, 0, 0));
      assertThat(table.size()).isEqualTo(8);
      assertThatThrownBy(() -> table.take(-1)).isInstanceOf(DataFormatException.class);
      assertThatThrownBy(() -> table.skip(-1))
          .hasMessage("-1 records; a number from 0 on is needed");
      assertThatThrownBy(() -> table.select(List.of(8))).hasMessage("index 8 of a table of 8");
      assertThatThrownBy(() -> table.get(8)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void shufflesAsNumpyWhateverTheOrderBefore() throws IOException {
    try (RecordTable table = texts()) {
      assertThat(numbers(table.shuffle(42))).isEqualTo(longs(3, 4, 2, 7, 6, 1, 5, 0));
      assertThat(numbers(table.skip(1).shuffle(42)))
          .containsExactlyInAnyOrderElementsOf(longs(1, 2, 3, 4, 5, 6, 7));
      assertThat(numbers(table.shuffle(42).shuffle(42))).isEqualTo(longs(7, 6, 2, 0, 5, 4, 1, 3));
    }
  }

  @Test
  void textsAreSortedByCodePoints() throws IOException {
    try (RecordTable table = texts()) {
      assertThat(numbers(table.sort(by("s", false, false))))
          .isEqualTo(longs(7, 3, 0, 6, 1, 5, 4, 2));
      assertThat(numbers(table.sort(by("s", true, false))))
          .isEqualTo(longs(4, 5, 1, 0, 6, 3, 7, 2));
      assertThat(numbers(table.sort(by("s", false, true))))
          .isEqualTo(longs(2, 7, 3, 0, 6, 1, 5, 4));
      assertThat(numbers(table.sort(by("s", true, true)))).isEqualTo(longs(2, 4, 5, 1, 0, 6, 3, 7));
    }
  }

  @Test
  void numbersNansAndNullsAreSorted() throws IOException {
    String[] reals = {"3.0", "NaN", "null", "1.0", "-0.0", "0.0", "1e999"};
    String[] flags = {"true", "null", "false", "true", "false", "false", "true"};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < reals.length; i++) {
      lines.add("{\"i\": %d, \"f\": %s, \"b\": %s}".formatted(i, reals[i], flags[i]));
    }
    try (RecordTable table = Tables.ofJsonLines(folder, lines.toArray(String[]::new))) {
      assertThat(numbers(table.sort(by("f", false, false)))).isEqualTo(longs(4, 5, 3, 0, 6, 1, 2));
      assertThat(numbers(table.sort(by("f", true, false)))).isEqualTo(longs(6, 0, 3, 4, 5, 1, 2));
      assertThat(numbers(table.sort(by("f", false, true)))).isEqualTo(longs(2, 1, 4, 5, 3, 0, 6));
      assertThat(numbers(table.sort(by("f", true, true)))).isEqualTo(longs(2, 1, 6, 0, 3, 4, 5));
      assertThat(numbers(table.sort(new SortOrder(List.of("b", "f"), List.of(true, false), false))))
          .isEqualTo(longs(3, 0, 6, 4, 5, 2, 1));
    }
  }

  @Test
  void severalColumnsAndEqualValues() throws IOException {
    String[] texts = {"\"x\"", "\"\"", "\"ab\"", "null", "\"abc\"", "\"文\""};
    String[] reals = {"1.5", "null", "NaN", "-2.0", "1152921504606846976.0"};
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      lines.add(
          "{\"i\": %d, \"k\": %d, \"s\": %s, \"f\": %s}"
              .formatted(i, i * 7919 % 13, texts[i % 6], reals[i % 5]));
    }
    try (RecordTable table = Tables.ofJsonLines(folder, lines.toArray(String[]::new))) {
      assertThat(numbers(table.sort(new SortOrder(List.of("k", "s"), List.of(true, false), false))))
          .startsWith(longs(19, 32, 58, 6, 45, 25, 38, 12, 51, 31, 44, 18, 5, 57, 37).toArray())
          .endsWith(longs(20, 46, 59, 33, 13, 26, 52, 0, 39).toArray());
      assertThat(
              numbers(
                  table.sort(
                      new SortOrder(List.of("s", "f", "k"), List.of(true, true, true), true))))
          .startsWith(longs(51, 21, 57, 27, 9, 39, 45, 15, 3, 33, 11, 41, 17, 47, 29).toArray())
          .endsWith(longs(50, 20, 38, 8, 31, 1, 37, 7, 19, 49, 25, 55, 43, 13).toArray());
    }
  }

  @Test
  void numbersOfAllSizesAreSorted() throws IOException {
    try (RecordTable table =
        Tables.ofJsonLines(
            folder,
            "{\"i\": 0, \"n\": 9007199254740993}",
            "{\"i\": 1, \"n\": 9007199254740992.0}",
            "{\"i\": 2, \"n\": 123456789012345678901}",
            "{\"i\": 3, \"n\": 123456789012345678900}",
            "{\"i\": 4, \"n\": -1}")) {
      assertThat(numbers(table.sort(by("n", false, false)))).isEqualTo(longs(4, 1, 0, 3, 2));
    }
  }

  @Test
  void valuesWithoutAnOrderAreNamed() throws IOException {
    try (RecordTable table =
        Tables.ofJsonLines(
            folder, "{\"a\": 1, \"b\": [1], \"c\": {}}", "{\"a\": \"x\", \"b\": 1, \"c\": 1}")) {
      assertThatThrownBy(() -> table.sort(by("a", false, false)))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContainingAll("rows.jsonl:2", "\"a\" is a text, in records before a number");
      assertThatThrownBy(() -> table.sort(by("b", false, false)))
          .hasMessageContainingAll("rows.jsonl:1", "\"b\" is a list, which has no order");
      assertThatThrownBy(() -> table.sort(by("c", false, false)))
          .hasMessageContaining("\"c\" is an object");
      assertThatThrownBy(() -> table.sort(by("d", false, false)))
          .hasMessage("no column \"d\"; there are [a, b, c]");
    }
  }

  @Test
  void columnsAreRenamedRemovedAndSelected() throws IOException {
    try (RecordTable table = Tables.ofJsonLines(folder, "{\"a\": 1, \"b\": 2, \"c\": 3}")) {
      assertThat(table.renameColumn("b", "x").columns()).containsExactly("a", "x", "c");
      assertThat(table.renameColumn("b", "x").get(0).value("x")).contains(2L);
      assertThat(table.renameColumn("a", "x").renameColumn("b", "a").get(0).values())
          .hasToString("{x=1, a=2, c=3}");
      assertThat(table.renameColumn("a", "a").columns()).containsExactly("a", "b", "c");
      assertThat(table.removeColumns(List.of("a", "c")).get(0).values()).hasToString("{b=2}");
      assertThat(table.selectColumns(List.of("c", "a")).get(0).values()).hasToString("{c=3, a=1}");
      assertThat(table.selectColumns(List.of()).columns()).isEmpty();
      assertThatThrownBy(() -> table.renameColumn("b", "c"))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("there would be two columns \"c\"");
      assertThatThrownBy(() -> table.renameColumn("q", "x"))
          .hasMessageContaining("no column \"q\"");
      assertThatThrownBy(() -> table.renameColumn("a", "")).hasMessageContaining("empty name");
      assertThatThrownBy(() -> table.removeColumns(List.of("a", "q")))
          .hasMessage("no column \"q\"; there are [a, b, c]");
      assertThatThrownBy(() -> table.selectColumns(List.of("a", "a")))
          .hasMessageContaining("two columns \"a\"");
    }
  }

  @Test
  void flattenMakesAColumnOfEachInnerField() throws IOException {
    try (RecordTable table =
        Tables.ofJsonLines(
            folder,
            "{\"a\": null, \"n\": {\"x\": 1, \"y\": {\"z\": \"s\"}}, \"e\": {}}",
            "{\"a\": {\"x\": 2}, \"n\": {\"x\": 3, \"y\": null}}",
            "{\"a\": {\"x\": null, \"y\": [{\"q\": 1}]}, \"b\": 0}")) {
      RecordTable flat = table.flatten();
      assertThat(flat.columns()).containsExactly("a.x", "a.y", "n.x", "n.y.z", "b");
      assertThat(Tables.column(flat, "a.x"))
          .containsExactly(Optional.empty(), 2L, Optional.empty());
      assertThat(Tables.column(flat, "a.y").get(2)).isEqualTo(List.of(Map.of("q", 1L)));
      assertThat(Tables.column(flat, "n.y.z"))
          .containsExactly("s", Optional.empty(), Optional.empty());
      assertThat(flat.renameColumn("n.y.z", "z").sort(by("z", false, false)).get(0).value("n.x"))
          .contains(1L);
      assertThat(flat.flatten().columns()).isEqualTo(flat.columns());
    }
  }

  @Test
  void flattenRefusesWhatHasTwoForms() throws IOException {
    try (RecordTable table = Tables.ofJsonLines(folder, "{\"a\": 1}", "{\"a\": {\"x\": 1}}")) {
      assertThatThrownBy(table::flatten)
          .hasMessageContainingAll(
              "rows.jsonl:2", "\"a\" is an object, other than in records before");
    }
    try (RecordTable table = Tables.ofJsonLines(folder, "{\"a.x\": 1, \"a\": {\"x\": 1}}")) {
      assertThatThrownBy(table::flatten).hasMessageContaining("two columns \"a.x\"");
    }
  }

  private static RecordCondition condition(int least, int most, String equals, boolean notEmpty) {
    return new RecordCondition(
        "v",
        least < 0 ? OptionalInt.empty() : OptionalInt.of(least),
        most < 0 ? OptionalInt.empty() : OptionalInt.of(most),
        equals.isEmpty() ? Optional.empty() : Optional.of(equals),
        notEmpty);
  }

  @Test
  void filterKeepsWhatMeetsTheCondition() throws IOException {
    try (RecordTable table =
        Tables.ofJsonLines(
            folder,
            "{\"i\": 0, \"v\": \"\"}",
            "{\"i\": 1, \"v\": \"😀文\"}",
            "{\"i\": 2, \"v\": null}",
            "{\"i\": 3, \"v\": [1, 2, 3]}",
            "{\"i\": 4, \"v\": {}}",
            "{\"i\": 5, \"v\": 7}",
            "{\"i\": 6, \"v\": true}")) {
      assertThat(numbers(table.filter(condition(-1, -1, "", true)))).isEqualTo(longs(1, 3, 5, 6));
      assertThat(numbers(table.filter(condition(-1, -1, "7", false)))).isEqualTo(longs(5));
      assertThat(numbers(table.filter(condition(-1, -1, "True", false)))).isEqualTo(longs(6));
      RecordTable sized = table.take(5);
      assertThat(numbers(sized.filter(condition(2, -1, "", false)))).isEqualTo(longs(1, 3));
      assertThat(numbers(sized.filter(condition(-1, 2, "", false)))).isEqualTo(longs(0, 1, 2, 4));
      assertThat(numbers(sized.filter(condition(3, 3, "", false)))).isEqualTo(longs(3));
      assertThatThrownBy(() -> table.filter(condition(1, -1, "", false)))
          .hasMessageContainingAll("rows.jsonl:6", "\"v\" is 7, which has no length");
    }
  }

  @Test
  void handlersRunInOrderAndAreNamedWhenTheyFail() throws IOException {
    try (RecordTable table = texts()) {
      List<RecordHandler> handlers =
          List.of(
              new RecordHandler.Shuffle(42),
              new RecordHandler.Skip(1),
              new RecordHandler.Take(5),
              new RecordHandler.Filter(
                  new RecordCondition(
                      "s", OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), true)),
              new RecordHandler.Sort(by("s", false, false)),
              new RecordHandler.RenameColumn("s", "text"),
              new RecordHandler.SelectColumns(List.of("text", "i")),
              new RecordHandler.Flatten(),
              new RecordHandler.Select(List.of(0, 1, 2)));
      RecordTable result = RecordHandler.applyAll(table, handlers);
      assertThat(numbers(result)).isEqualTo(longs(7, 6, 1));
      assertThat(result.columns()).containsExactly("text", "i");
      assertThatThrownBy(
              () ->
                  RecordHandler.applyAll(
                      table,
                      List.of(
                          new RecordHandler.Take(1),
                          new RecordHandler.RemoveColumns(List.of("s")),
                          new RecordHandler.Filter(condition(1, -1, "", false)))))
          .isInstanceOf(DataFormatException.class)
          .hasMessage("handler 3, filter: no column \"v\"; there are [i]");
    }
  }

  @Test
  void aClosedTableSaysSo() throws IOException {
    RecordTable table = texts();
    RecordTable view = table.take(1);
    table.close();
    assertThatThrownBy(() -> view.get(0)).hasMessage("the records are closed");
    view.close();
  }
}
