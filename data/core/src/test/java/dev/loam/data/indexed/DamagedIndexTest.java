// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamagedIndexTest {
  private static final int LENGTHS = 34;
  private static final int POINTERS = LENGTHS + 3 * 4;
  private static final int DOCUMENTS = POINTERS + 3 * 8;

  @TempDir private Path folder;
  private byte[] good = {};

  @BeforeEach
  void write() throws IOException {
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.INT32)) {
      writer.addDocument(new int[] {1, 2, 3});
      writer.addDocument(new int[] {4, 5, 6}, new int[] {1, 2});
      writer.finish();
    }
    good = Files.readAllBytes(folder.resolve("c.idx"));
    assertThat(good).hasSize(DOCUMENTS + 3 * 8);
  }

  private void open(byte[] idx) throws IOException {
    Files.write(folder.resolve("c.idx"), idx);
    try (IndexedDataset data = IndexedDataset.open(folder.resolve("c"))) {
      for (int i = 0; i < data.sequences(); i++) {
        int[] unused = data.sequence(i);
        assertThat(unused).hasSize(data.length(i));
      }
    }
  }

  private void refuses(Consumer<ByteBuffer> damage, String message) {
    byte[] bad = good.clone();
    damage.accept(ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN));
    assertThatThrownBy(() -> open(bad))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("c.idx, byte ")
        .hasMessageContaining(message);
  }

  @Test
  void refusesEveryTruncationAndAnAddedByte() {
    for (int length = 0; length < good.length; length++) {
      byte[] cut = Arrays.copyOf(good, length);
      assertThatThrownBy(() -> open(cut))
          .as("cut to %d bytes", length)
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("c.idx, byte ");
    }
    for (int more : new int[] {1, 2, 4}) { // Three more would be modes.
      assertThatThrownBy(() -> open(Arrays.copyOf(good, good.length + more)))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("or 97 with modes, it has " + (good.length + more));
    }
  }

  @Test
  void survivesEveryFlippedBit() throws IOException {
    for (int bit = 0; bit < 8 * good.length; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      int at = bit / 8;
      try {
        open(bad);
        // Some changes leave another well-formed index; none of the magic, version or counts.
        assertThat(at).as("bit %d", bit).isGreaterThanOrEqualTo(IndexFile.TYPE_AT);
        assertThat(at < IndexFile.SEQUENCES_AT || at >= IndexFile.HEADER).isTrue();
      } catch (DataFormatException e) {
        assertThat(e).hasMessageContaining("c.idx, byte ");
      }
    }
  }

  @Test
  void namesWhatIsWrongWithTheHeader() {
    refuses(b -> b.put(0, (byte) 'X'), "byte 0: 0x58 is not of the magic");
    refuses(b -> b.putLong(9, 2), "byte 9: version 2, only version 1");
    refuses(b -> b.put(17, (byte) 9), "byte 17: unknown type code 9, there are 1 to 8");
    refuses(b -> b.putLong(26, 0), "byte 26: no document indices");
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Integer.MAX_VALUE, 1L << 31, 1L << 61, Long.MAX_VALUE / 12, Long.MAX_VALUE, -1})
  void hostileCountsAllocateNothing(long count) {
    refuses(b -> b.putLong(18, count), "byte 18: " + Long.toUnsignedString(count));
    refuses(b -> b.putLong(26, count), Long.toUnsignedString(count) + " document indices");
  }

  @Test
  void namesWhatIsWrongWithASequence() {
    refuses(b -> b.putInt(LENGTHS + 4, -1), "byte 38: sequence 1 has length -1");
    refuses(b -> b.putInt(LENGTHS + 8, Integer.MAX_VALUE), "sequence 2 of 2147483647 tokens");
    refuses(b -> b.putLong(POINTERS, -4), "byte 46: sequence 0 begins at -4, before 0");
    refuses(b -> b.putLong(POINTERS + 8, Long.MAX_VALUE), "not within the .bin file of 24 bytes");
    refuses(b -> b.putLong(POINTERS + 16, 8), "sequence 2 begins at 8, before 12");
  }

  @Test
  void namesWhatIsWrongWithADocument() {
    refuses(b -> b.putLong(DOCUMENTS, 1), "the first document index is 1, not 0");
    refuses(b -> b.putLong(DOCUMENTS + 8, 4), "document index 1 is 4, not from 0 to 3");
    refuses(b -> b.putLong(DOCUMENTS + 8, -1), "document index 1 is -1, not from 0 to 3");
    refuses(b -> b.putLong(DOCUMENTS + 16, 2), "the last document index is 2");
  }

  @Test
  void documentsMustNotFall() throws IOException {
    try (IndexedDatasetWriter writer =
        new IndexedDatasetWriter(folder.resolve("c"), TokenType.INT32)) {
      for (int i = 0; i < 3; i++) {
        writer.addDocument(new int[] {i});
      }
      writer.finish();
    }
    good = Files.readAllBytes(folder.resolve("c.idx"));
    refuses(
        b -> b.putLong(DOCUMENTS + 8, 2).putLong(DOCUMENTS + 16, 1),
        "document index 2 is 1, not from 2 to 3");
  }

  @Test
  void refusesATokenFileCutShort() throws IOException {
    Files.write(folder.resolve("c.bin"), new byte[23]);
    assertThatThrownBy(() -> open(good))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("sequence 2 of 2 tokens at byte 16")
        .hasMessageContaining(".bin file of 23 bytes");
  }
}
