// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files written by Arrow, three rows in a row group, against the same records as JSON lines. */
class ParquetRecordsTest {
  @TempDir private Path folder;

  private static Path fixture(String name) throws URISyntaxException {
    return Path.of(
        Objects.requireNonNull(ParquetRecordsTest.class.getResource("/parquet/" + name)).toURI());
  }

  private static List<DataRecord> read(Path... files) throws IOException {
    List<DataRecord> records = new ArrayList<>();
    try (RecordReader reader = RecordFiles.open(List.of(files))) {
      for (Optional<DataRecord> r = reader.next(); r.isPresent(); r = reader.next()) {
        records.add(r.get());
        assertThat(reader.bytesRead()).isBetween(0L, reader.totalBytes());
      }
      assertThat(reader.bytesRead()).isEqualTo(reader.totalBytes());
    }
    return records;
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4"})
  void valuesAreThoseThatWereWritten(String compression) throws Exception {
    List<Map<String, Object>> expected =
        read(fixture("nested.jsonl")).stream().map(DataRecord::values).toList();
    List<DataRecord> records = read(fixture(compression + ".parquet"));
    assertThat(records).extracting(DataRecord::values).isEqualTo(expected);
    assertThat(records.get(4).names()).startsWith("text", "id", "small").doesNotContain("price");
    assertThat(records.get(4).place().toString()).endsWith(compression + ".parquet, record 5");
  }

  @Test
  void manyFilesAreReadOneAfterTheOther() throws Exception {
    assertThat(read(fixture("zstd.parquet"), fixture("gzip.parquet"))).hasSize(14);
  }

  @Test
  void whatCannotBeReadIsNamed() throws Exception {
    assertThatThrownBy(() -> read(fixture("brotli.parquet")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("brotli.parquet")
        .hasMessageContaining("BROTLI");
    assertThatThrownBy(() -> read(fixture("bytes.parquet")))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("bytes.parquet, record 2: column \"text\"");
    Path text = Files.writeString(folder.resolve("a.parquet"), "this is some text, not Parquet");
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("a.parquet: not a Parquet file");
    Path empty = Files.writeString(folder.resolve("b.parquet"), "");
    assertThatThrownBy(() -> read(empty))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("b.parquet: not a Parquet file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "snappy", "gzip", "zstd", "lz4"})
  void damageGivesRecordsOrAMessage(String compression) throws Exception {
    byte[] whole = Files.readAllBytes(fixture(compression + ".parquet"));
    Random random = new Random(5);
    Path file = folder.resolve("damaged.parquet");
    for (int i = 0; i < 20; i++) {
      byte[] bytes =
          i % 6 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      for (int k = 0; k < 3 && bytes.length > 0; k++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      Files.write(file, bytes);
      try {
        read(file);
      } catch (DataFormatException e) {
        assertThat(e).hasMessageStartingWith(file.toString());
      }
    }
  }
}
