// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyArrayTest {
  @TempDir private Path folder;

  /** What {@code numpy.save} of numpy 2.4 writes before the data. */
  private static byte[] numpyHeader(String dict) {
    String padded = dict + " ".repeat(117 - dict.length()) + "\n";
    return ("\u0093NUMPY\u0001\u0000v\u0000" + padded).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void writesTheBytesOfNumpy() throws IOException {
    Path one = folder.resolve("one.npy");
    NpyWriter.write(one, NpyType.UINT32, IndexArray.of(new long[] {1, 0xfffffffeL}));
    byte[] header = numpyHeader("{'descr': '<u4', 'fortran_order': False, 'shape': (2,), }");
    byte[] expected = Arrays.copyOf(header, header.length + 8);
    System.arraycopy(new byte[] {1, 0, 0, 0, -2, -1, -1, -1}, 0, expected, header.length, 8);
    assertThat(Files.readAllBytes(one)).isEqualTo(expected);
    Path pairs = folder.resolve("pairs.npy");
    NpyWriter.writePairs(pairs, NpyType.INT64, IndexArray.of(new int[] {1, 2, 3, 4, 5, 6}));
    assertThat(Arrays.copyOf(Files.readAllBytes(pairs), 128))
        .isEqualTo(numpyHeader("{'descr': '<i8', 'fortran_order': False, 'shape': (3, 2), }"));
    assertThat(NpyWriter.header(NpyType.INT64, "(0,)", 0)).hasSize(128);
    assertThat(NpyWriter.header(NpyType.INT32, "(1234567890123456789, 2)", 1234567890123456789L))
        .hasSize(128);
  }

  @Property(tries = 40)
  void whatIsWrittenIsRead(@ForAll @Size(max = 50) short[] values, @ForAll NpyType type)
      throws IOException {
    int[] numbers = new int[values.length];
    Arrays.setAll(numbers, i -> type == NpyType.UINT32 ? values[i] & 0xffff : values[i]);
    Path file = Files.createTempDirectory("loam-npy").resolve("a.npy");
    NpyWriter.write(file, type, IndexArray.of(numbers));
    NpyArray array = NpyArray.open(file);
    assertThat(array.toInts()).isEqualTo(numbers);
    assertThat(array.rows()).isEqualTo(values.length);
    assertThat(array.columns()).isEqualTo(1);
    Files.delete(file);
    Files.delete(file.getParent());
  }

  @Test
  void readsOtherVersions() throws IOException {
    Path file = folder.resolve("v2.npy");
    String full = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }\n";
    String text = "\u0093NUMPY\u0002\u0000" + (char) full.length() + "\0\0\0" + full;
    Files.write(file, (text + "\0\1\0\2\0\3\0\4\0\5\0\6").getBytes(StandardCharsets.ISO_8859_1));
    NpyArray array = NpyArray.open(file);
    assertThat(array.rows()).isEqualTo(2);
    assertThat(array.columns()).isEqualTo(3);
    assertThat(array.get(5)).isEqualTo(6 << 8);
  }

  @Test
  void refusesWhatIsNoArrayOfWholeNumbers() throws IOException {
    Path file = folder.resolve("a.npy");
    NpyWriter.write(file, NpyType.INT32, IndexArray.of(new int[] {1, 2, 3}));
    byte[] good = Files.readAllBytes(file);
    for (int length = 0; length < good.length; length++) {
      Files.write(file, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> NpyArray.open(file))
          .as("cut to %d bytes", length)
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("a.npy, byte ");
    }
    for (int bit = 0; bit < 8 * 128; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      Files.write(file, bad);
      try {
        assertThat(NpyArray.open(file).size()).isEqualTo(3);
      } catch (DataFormatException e) {
        assertThat(e).hasMessageContaining("a.npy, byte ");
      }
    }
    for (String change : new String[] {"<f4", ">i4", "|O "}) {
      Files.writeString(
          file,
          new String(good, StandardCharsets.ISO_8859_1).replace("<i4", change),
          StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> NpyArray.open(file))
          .hasMessageContaining("type " + change + " is not known");
    }
  }
}
