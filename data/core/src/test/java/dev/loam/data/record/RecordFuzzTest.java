// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever a file holds, reading ends with records or a message. */
class RecordFuzzTest {
  private static Path folder = Path.of("");

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("loam-records");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Provide
  Arbitrary<byte[]> damaged() {
    byte[] valid =
        "[{\"a\": [1, -2.5e3, null, \"\\u00e9\\ud83d\\ude00\"]},\n{\"b\": {\"c\": \"\u00e9\"}}]\r\n"
            .getBytes(StandardCharsets.UTF_8);
    Arbitrary<Integer> place = Arbitraries.integers().between(0, valid.length - 1);
    Arbitrary<Byte> value =
        Arbitraries.of("{}[]\",:\\u09\n\r\t\0eN-\u00ff".chars().mapToObj(c -> (byte) c).toList());
    return place
        .list()
        .ofMaxSize(4)
        .flatMap(
            places ->
                value
                    .list()
                    .ofSize(places.size())
                    .map(
                        values -> {
                          byte[] bytes = valid.clone();
                          for (int i = 0; i < places.size(); i++) {
                            bytes[places.get(i)] = values.get(i);
                          }
                          return bytes;
                        }));
  }

  @Property(tries = 200)
  void damagedFilesGiveMessages(
      @ForAll("damaged") byte[] bytes, @ForAll("formats") RecordFormat format) throws IOException {
    Path file = Files.write(folder.resolve("f"), bytes);
    try (RecordReader reader = RecordFiles.open(List.of(file), format)) {
      while (reader.next().isPresent()) {
        assertThat(reader.bytesRead()).isPositive();
      }
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file.toString());
    }
  }

  @Provide
  Arbitrary<RecordFormat> formats() {
    return Arbitraries.of(RecordFormat.values()).filter(f -> f != RecordFormat.PARQUET);
  }

  @Provide
  Arbitrary<List<List<String>>> rows() {
    Arbitrary<String> field = Arbitraries.strings().withChars("ab,\"\n\r \u00e9").ofMaxLength(6);
    return field.list().ofSize(3).list().ofMaxSize(5);
  }

  @Property(tries = 200)
  void csvComesBackAsItWasWritten(@ForAll("rows") List<List<String>> rows) throws IOException {
    StringBuilder text = new StringBuilder("x,y,z\n");
    List<Map<String, Object>> expected = new ArrayList<>();
    for (List<String> row : rows) {
      text.append(String.join(",", row.stream().map(RecordFuzzTest::quoted).toList()))
          .append("\r\n");
      expected.add(Map.of("x", row.get(0), "y", row.get(1), "z", row.get(2)));
    }
    Path file = Records.write(folder.resolve("f.csv"), text.toString());
    assertThat(Records.values(file)).isEqualTo(expected);
  }

  private static String quoted(String field) {
    boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
  }
}
