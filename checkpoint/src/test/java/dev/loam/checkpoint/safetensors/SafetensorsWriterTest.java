// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.HostArena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path folder;

  @Test
  void headerIsLaidOutAsTheReferenceDoes() {
    Path path = folder.resolve("x");
    SafetensorsWriter.write(
        path,
        List.of(
            NamedTensor.of("\uFF5E", Samples.tensor(DType.F32, 1)),
            NamedTensor.of("\uD83D\uDE00", Samples.tensor(DType.F32)),
            NamedTensor.of("half", SafetensorsType.BF16, Samples.tensor(DType.F32, 2, 1)),
            NamedTensor.of("z", Samples.tensor(DType.I64, 1)),
            NamedTensor.of("b\u00e9\"\\\n\u007f\u0001/\u2028", Samples.tensor(DType.F32, 0))),
        Map.of("b", "2", "a", "1"));
    byte[] bytes = Samples.read(path);
    String header =
        "{\"__metadata__\":{\"a\":\"1\",\"b\":\"2\"},"
            + "\"z\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"b\u00e9\\\"\\\\\\n\u007f\\u0001/\u2028\":"
            + "{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[8,8]},"
            + "\"\uFF5E\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
            + "\"\uD83D\uDE00\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[12,16]},"
            + "\"half\":{\"dtype\":\"BF16\",\"shape\":[2,1],\"data_offsets\":[16,20]}}";
    int length = header.getBytes(StandardCharsets.UTF_8).length;
    int padded = (length + 7) / 8 * 8;
    assertThat(ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong())
        .isEqualTo(padded);
    assertThat(new String(bytes, 8, padded, StandardCharsets.UTF_8))
        .isEqualTo(header + " ".repeat(padded - length));
    assertThat(bytes).hasSize(8 + padded + 20);
  }

  @Test
  void emptyFileIsTheReferenceEmptyFile() {
    Path path = folder.resolve("x");
    SafetensorsWriter.write(path, List.of(), Map.of());
    assertThat(Samples.read(path))
        .isEqualTo(Samples.file("{}      ".getBytes(StandardCharsets.UTF_8), 0));
  }

  @Test
  void anotherShapeOfTheSameElementsIsStored() {
    Path path = folder.resolve("x");
    Tensor flat = Samples.random(1, DType.F32, 6);
    SafetensorsWriter.write(
        path, List.of(NamedTensor.of("a", SafetensorsType.F32, Shape.of(2, 3), flat)), Map.of());
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.entry("a").shape()).isEqualTo(Shape.of(2, 3));
    }
  }

  @Test
  void fullDiskIsFoundBeforeWriting() throws Exception {
    Tensor vast = HostArena.vast(DType.F32, ByteBuffer.allocate(0), 1L << 58);
    Path path = folder.resolve("x");
    assertThatThrownBy(
            () -> SafetensorsWriter.write(path, List.of(NamedTensor.of("a", vast)), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(path + ": needs 1152921504606847")
        .hasMessageContaining("free some space");
    assertThat(listing()).isEmpty();
  }

  @Test
  void failureLeavesTheOlderFileAndNothingElse() throws Exception {
    Path path = folder.resolve("x");
    Files.writeString(path, "old");
    HostArena arena = new HostArena();
    NamedTensor gone = NamedTensor.of("a", arena.allocate(DType.F32, 4));
    arena.close();
    assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(gone), Map.of()))
        .isInstanceOf(IllegalStateException.class);
    assertThat(listing()).containsExactly("x");
    assertThat(path).hasContent("old");
    SafetensorsWriter.write(path, List.of(), Map.of());
    assertThat(listing()).containsExactly("x");
    assertThat(path).hasSize(16);
  }

  @Test
  void missingFolderIsNamed() {
    Path path = folder.resolve("absent/x");
    assertThatThrownBy(() -> SafetensorsWriter.write(path, List.of(), Map.of()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(path + ": cannot be written");
  }

  @Test
  void impossibleTensorsAreRefused() {
    Tensor f32 = Samples.tensor(DType.F32, 2, 3);
    Tensor i64 = Samples.tensor(DType.I64, 2);
    assertThatThrownBy(() -> NamedTensor.of("__metadata__", f32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("__metadata__");
    assertThatThrownBy(() -> NamedTensor.of("\uD800", f32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NamedTensor.of("a", f32.transpose(0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' of shape [3, 2] and dtype F32 cannot be stored");
    assertThatThrownBy(() -> NamedTensor.of("a", SafetensorsType.F32, Shape.of(7), f32))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NamedTensor.of("a", SafetensorsType.I32, i64))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of dtype I64 cannot be stored as I32");
    NamedTensor a = NamedTensor.of("a", f32);
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), List.of(a, a), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two tensors are named 'a'");
  }

  private List<String> listing() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).toList();
    }
  }
}
