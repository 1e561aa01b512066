// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.MemoryFile;
import dev.loam.tensor.DType;
import dev.loam.testkit.TestData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Truncation, flipped bits and seeded, structure-aware fuzzing. */
class DamagedFileTest {
  private static final String[] VALUES = {
    "0",
    "1",
    "-1",
    "-0",
    "4",
    "8",
    "1.0",
    "1e3",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "4294967296",
    "null",
    "true",
    "{}",
    "[]",
    "[0]",
    "[0,4]",
    "[4,0]",
    "\"\"",
    "\"U8\"",
    "\"F32\"",
    "\"F4\"",
    "\"\\ud800\"",
    "{\"a\":\"b\"}",
    "[[[[[[[[[[[[[[[[[[[["
  };
  private static final String[] NAMES = {
    "a", "b", "\\u0061", "__metadata__", "\\u005f_metadata__", "dtype", "shape", "data_offsets", ""
  };

  @TempDir Path folder;
  private Path path;
  private byte[] good;

  @BeforeEach
  void writeGoodFile() {
    path = folder.resolve("x.safetensors");
    SafetensorsWriter.write(
        path,
        List.of(
            NamedTensor.of("a", Samples.random(1, DType.F32, 2, 3)),
            NamedTensor.of("b", Samples.random(2, DType.I64, 2)),
            NamedTensor.of("empty", Samples.tensor(DType.F32, 0, 7))),
        Map.of("format", "pt"));
    good = Samples.read(path);
  }

  @Test
  void truncationAtEveryByteIsRefusedWithBothSizes() {
    for (int size = 0; size < good.length; size++) {
      Samples.write(path, Arrays.copyOf(good, size));
      String actual = size < 8 ? "is " + size + " bytes long" : "the file has " + size;
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("truncated")
          .hasMessageContaining(actual);
    }
  }

  @Test
  void flippedBitOfTheHeaderGivesAValidFileOrARefusal() {
    int headerEnd = new String(good, StandardCharsets.ISO_8859_1).indexOf("}}") + 2;
    int refused = 0;
    for (int bit = 0; bit < 8 * headerEnd; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << (bit % 8));
      refused += opens(bad) ? 0 : 1;
    }
    assertThat(refused).isGreaterThan(6 * headerEnd);
  }

  @Test
  void fuzzedFilesGiveAValidFileOrARefusal() {
    int runs = TestData.full() ? 600_000 : 60_000;
    int valid = 0;
    for (int seed = 0; seed < runs; seed++) {
      valid += opens(fuzzed(new SplittableRandom(seed))) ? 1 : 0;
    }
    assertThat(valid).as("some are still valid").isBetween(runs / 100, runs / 2);
  }

  /** Opens and reads a file; what opens must keep the promises of the format. */
  private boolean opens(byte[] bytes) {
    InputFile memory = new MemoryFile(path, bytes);
    try (SafetensorsFile file = SafetensorsFile.open(memory, SafetensorsLimits.DEFAULT)) {
      long sum = 0;
      for (TensorEntry entry : file.entries().values()) {
        if (entry.begin() != sum
            || entry.bytes() != entry.shape().elements() * entry.type().bits() / 8
            || entry.bytes() > bytes.length) {
          throw new AssertionError(entry + " breaks the promises of the format");
        }
        sum = entry.end();
        if (entry.type() == SafetensorsType.F32) {
          file.read(entry.name(), Samples.tensor(DType.F32, entry.shape().toArray()));
        }
      }
      return true;
    } catch (SafetensorsException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message.startsWith(path + ": ") && message.contains("; ")).as(message).isTrue();
      return false;
    }
  }

  private byte[] fuzzed(SplittableRandom random) {
    List<String> entries = new ArrayList<>();
    int offset = 0;
    for (int i = random.nextInt(5); i >= 0; i--) {
      int n = random.nextInt(6);
      entries.add(
          Samples.entry(
              "t" + i,
              "F32",
              random.nextBoolean() ? "[" + n + "]" : "[1," + n + ",1]",
              "[" + offset + "," + (offset + 4 * n) + "]"));
      offset += 4 * n;
    }
    if (random.nextInt(4) == 0) {
      entries.add("\"__metadata__\":{\"format\":\"pt\"}");
    }
    String header = "{" + String.join(",", entries) + "}" + " ".repeat(random.nextInt(9));
    for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
      header = mutated(random, header);
    }
    byte[] file = Samples.file(header.getBytes(StandardCharsets.UTF_8), offset);
    return switch (random.nextInt(12)) {
      case 0 -> Arrays.copyOf(file, random.nextInt(file.length));
      case 1 -> Arrays.copyOf(file, file.length + 1 + random.nextInt(20));
      case 2 -> withRandomByte(random, file);
      default -> file;
    };
  }

  private static byte[] withRandomByte(SplittableRandom random, byte[] file) {
    file[random.nextInt(file.length)] = (byte) random.nextInt();
    return file;
  }

  /** Replaces a number, a name or a stretch of text, or repeats a stretch. */
  private static String mutated(SplittableRandom random, String header) {
    if (header.isEmpty()) {
      return header;
    }
    int from = random.nextInt(header.length());
    int to = Math.min(header.length(), from + 1 + random.nextInt(40));
    String part = header.substring(from, to);
    String changed =
        switch (random.nextInt(5)) {
          case 0 -> part.replaceFirst("[0-9]+", pick(random, VALUES).replace("\\", "\\\\"));
          case 1 -> part.replaceFirst("t[0-9]", pick(random, NAMES).replace("\\", "\\\\"));
          case 2 -> part.replaceFirst("\\[[0-9,]*\\]", pick(random, VALUES).replace("\\", "\\\\"));
          case 3 -> part + part;
          default -> random.nextInt(3) == 0 ? "" : part;
        };
    return header.substring(0, from) + changed + header.substring(to);
  }

  private static String pick(SplittableRandom random, String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  @Test
  void fileCutShortWhileOpenIsReported() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Files.write(path, Arrays.copyOf(good, good.length - 1));
      assertThatThrownBy(() -> file.read("a", Samples.tensor(DType.F32, 2, 3)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("was cut short while it was read: expected " + good.length);
    }
  }
}
