// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordFilesTest {
  private static final String OBJECT =
      "{\"s\": \"a\\u00e9\\ud83d\\ude00\\n\", \"i\": -5, \"big\": 123456789012345678901234567890,"
          + " \"d\": 1.5, \"n\": null, \"b\": true, \"l\": [1, null, [\"x\"]],"
          + " \"m\": {\"k\": {}, \"k\": false}, \"nan\": NaN, \"inf\": -Infinity, \"e\": 1e400}";

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Records.write(folder.resolve(name), text);
  }

  @ParameterizedTest
  @CsvSource({"a.jsonl", "a.ndjson.gz", "a.json", "a.JSON.gz"})
  void valuesAreThoseOfPython(String name) throws IOException {
    DataRecord record = Records.read(file(name, OBJECT)).get(0);
    assertValues(record);
    assertThat(record.place()).hasToString(folder.resolve(name) + ":1");
    DataRecord inArray = Records.read(file("array.json", " [ " + OBJECT + "]")).get(0);
    assertValues(inArray);
    assertThat(inArray.place()).hasToString(folder.resolve("array.json") + ", record 1");
  }

  private static void assertValues(DataRecord record) {
    assertThat(record.values())
        .containsExactly(
            entry("s", "a\u00e9\ud83d\ude00\n"),
            entry("i", -5L),
            entry("big", new BigInteger("123456789012345678901234567890")),
            entry("d", 1.5),
            entry("n", Optional.empty()),
            entry("b", true),
            entry("l", List.of(1L, Optional.empty(), List.of("x"))),
            entry("m", Map.of("k", false)),
            entry("nan", Double.NaN),
            entry("inf", Double.NEGATIVE_INFINITY),
            entry("e", Double.POSITIVE_INFINITY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void lineEndsBlankLinesAndMarksDoNoHarm(String end) throws IOException {
    Path lines = file("a.jsonl", "\ufeff{\"a\":1}" + end + "  " + end + "{\"a\":2}");
    List<DataRecord> records = Records.read(lines);
    assertThat(records).extracting(r -> r.values().get("a")).containsExactly(1L, 2L);
    assertThat(records.get(1).place().number()).isEqualTo(3);
    assertThat(Records.values(file("m.json", "\ufeff[{\"a\":1}]")))
        .containsExactly(Map.of("a", 1L));
    assertThat(Records.values(file("l.json", "\ufeff\n {\"a\":1}\n{\"a\":2}\n"))).hasSize(2);
    assertThat(Records.values(file("t.txt", "\ufeffa" + end + end + "b")))
        .containsExactly(Map.of("text", "a"), Map.of("text", ""), Map.of("text", "b"));
  }

  @Test
  void paragraphsAreSeparatedByBlankLines() throws IOException {
    Path file = file("t.txt", "\n a\nb \n \u3000\n\n\nc");
    List<DataRecord> records =
        Records.all(RecordFiles.open(List.of(file), RecordFormat.PARAGRAPHS));
    assertThat(records).extracting(r -> r.requireText("text")).containsExactly("a\nb", "c");
    assertThat(records).extracting(r -> r.place().number()).containsExactly(2L, 7L);
  }

  @Test
  void csvIsRfc4180() throws IOException {
    Path csv = file("a.csv", "\ufeffa,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n,\"\"\n\" q\"r,s\"t\"");
    assertThat(Records.values(csv))
        .containsExactly(
            Map.of("a", "1", "b", "x, \"y\"\r\nz"),
            Map.of("a", "", "b", ""),
            Map.of("a", " qr", "b", "s\"t\""));
    assertThat(Records.read(csv).get(1).place().number()).isEqualTo(5);
    assertThat(Records.values(file("a.tsv", "a\tb\n1,2\t\"3\t4\"\n")))
        .containsExactly(Map.of("a", "1,2", "b", "3\t4"));
    assertThat(Records.values(file("empty.csv", ""))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.jsonl | {`a`:1}~{`a`:              | :2: column 6: broken JSON",
        "a.jsonl | {`a`:1}~[1]                | :2: not a JSON object",
        "a.jsonl | {`a`:1} {`a`:2}            | :1: more than one JSON object",
        "a.jsonl | {`a`:`\\udc00`}            | :1: half a surrogate pair, \\udc00",
        "a.jsonl | {`a`:-INF}                 | :1: -INF is no number; write Infinity",
        "a.jsonl | {`a`:01}                   | :1: column 7: broken JSON",
        "a.jsonl | {`a`:`\t`}                 | broken JSON: Illegal unquoted character",
        "a.json  | [{`a`:1},{`a`:]            | record 2: column 15: broken JSON",
        "a.json  | [{`a`:1}                   | record 2: column 9: broken JSON",
        "a.json  | [{`a`:1}]~x                | record 2: line 2, column 1: broken JSON",
        "a.json  | [{`a`:1}] []               | text after the end of the array",
        "a.json  | [1]                        | record 1: not a JSON object",
        "a.json  | 5                          | no JSON array",
        "a.json  | ``                         | no JSON array",
        "a.csv   | a,b~1                      | :2: 1 fields where the first row names 2 [a, b]",
        "a.csv   | a,b~1,2,3                  | :2: 3 fields",
        "a.csv   | a,a~1,2                    | :1: column `a` is there twice",
        "a.csv   | a,b~1,`2~3                 | :2: a quote opens that never closes",
        "a.parquet | x                        | needs the artifact dev.loam:loam-data-parquet",
      })
  void whatCannotBeUnderstoodIsNamed(String name, String text, String message) throws IOException {
    Path file = file(name, text.replace('`', '"').replace('~', '\n'));
    assertThatThrownBy(() -> Records.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message.replace('`', '"'));
  }

  @Test
  void bytesThatAreNotUtf8AreNamed() throws IOException {
    byte[] bytes = {'[', '\n', '"', (byte) 0xc3, (byte) 0xa9, (byte) 0xff, '"', ']'};
    for (String name : List.of("a.json", "a.csv", "a.txt.gz")) {
      Path file = Records.write(folder.resolve(name), bytes);
      assertThatThrownBy(() -> Records.read(file))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("byte 5: 0xff")
          .hasMessageContaining("line 2");
    }
  }

  @Test
  void deepJsonIsRefused() throws IOException {
    String deep = "[".repeat(100_000);
    assertThatThrownBy(() -> Records.read(file("a.jsonl", "{\"a\":" + deep)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(":1: ")
        .hasMessageContaining("nesting depth");
    assertThatThrownBy(() -> Records.read(file("a.json", "[{\"a\":" + deep)))
        .isInstanceOf(DataFormatException.class);
  }

  @Test
  void truncatedGzipIsNamed() throws IOException {
    Path file = file("a.jsonl.gz", "{\"a\": \"" + "xyz".repeat(1000) + "\"}\n");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 1, 5, 10, 20, whole.length - 9, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Records.read(file))
          .as("%d bytes", length)
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("gzip");
    }
  }

  @Test
  void progressRunsFromNothingToAll() throws IOException {
    Path a = file("a.jsonl", "{\"a\": 1}\n");
    Path b = file("b.jsonl.gz", "{\"a\": 1}\n");
    try (RecordReader reader = RecordFiles.open(List.of(a, b))) {
      assertThat(reader.bytesRead()).isZero();
      assertThat(reader.next()).isPresent();
      assertThat(reader.next()).isPresent();
      assertThat(reader.next()).isEmpty();
      assertThat(reader.totalBytes()).isEqualTo(Files.size(a) + Files.size(b));
      assertThat(reader.bytesRead()).isEqualTo(reader.totalBytes());
    }
  }
}
