// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static dev.loam.checkpoint.safetensors.Samples.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.HostArena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsFileTest {
  @TempDir Path folder;

  private SafetensorsFile open(String header, int dataBytes) {
    return SafetensorsFile.open(Samples.write(folder.resolve("x"), header, dataBytes));
  }

  private SafetensorsFile written(NamedTensor... tensors) {
    Path path = folder.resolve("x");
    SafetensorsWriter.write(path, List.of(tensors), Map.of());
    return SafetensorsFile.open(path);
  }

  @Test
  void entriesComeInTheOrderOfTheData() {
    String header =
        "{"
            + entry("b", "U8", "[4]", "[2,6]")
            + ",\"__metadata__\":{\"z\":\"1\",\"a\":\"\\u00e9\"},"
            + entry("a", "I16", "[]", "[0,2]")
            + ","
            + entry("", "F32", "[0,5]", "[6,6]")
            + "}   ";
    try (SafetensorsFile file = open(header, 6)) {
      assertThat(file.entries().keySet()).containsExactly("a", "b", "");
      assertThat(file.metadata()).containsExactly(Map.entry("z", "1"), Map.entry("a", "\u00e9"));
      assertThat(file.entry("a").shape().rank()).isZero();
      assertThat(file.entry("b").bytes()).isEqualTo(4);
      assertThat(file.entry("").shape().toArray()).containsExactly(0, 5);
    }
  }

  @Test
  void emptyFileHasNoTensors() {
    try (SafetensorsFile file = open("{}", 0)) {
      assertThat(file.entries()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void unknownKeysOfATensorAreIgnored() {
    try (SafetensorsFile file =
        open("{\"a\":{\"x\":[{}],\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1)) {
      assertThat(file.entries()).containsOnlyKeys("a");
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyTypeIsKnown(SafetensorsType type) {
    try (SafetensorsFile file =
        open("{" + entry("a", type.name(), "[8]", "[0," + type.bits() + "]") + "}", type.bits())) {
      assertThat(file.entry("a").type()).isEqualTo(type);
    }
  }

  @Test
  void fiftyThousandTensorsAreFine() {
    String header =
        IntStream.range(0, 50_000)
            .mapToObj(
                i ->
                    entry(
                        "model.layers." + i / 1000 + ".mlp.experts." + i % 1000 + ".weight",
                        "U8",
                        "[1]",
                        "[" + i + "," + (i + 1) + "]"))
            .collect(Collectors.joining(",", "{", "}"));
    try (SafetensorsFile file = open(header, 50_000)) {
      assertThat(file.entries()).hasSize(50_000);
    }
  }

  @Test
  void rowsAreReadAlone() {
    Tensor all = Samples.tensor(DType.F32, 5, 2).set(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    try (SafetensorsFile file = written(NamedTensor.of("a", SafetensorsType.BF16, all))) {
      Tensor rows = Samples.tensor(DType.F32, 2, 2);
      file.readRows("a", 3, 2, rows);
      assertThat(rows.toFloats()).containsExactly(6, 7, 8, 9);
      file.readRows("a", 5, 0, Samples.tensor(DType.F32, 0, 2));
      assertThatThrownBy(() -> file.readRows("a", 4, 2, rows))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("rows 4+2 of tensor 'a' of shape [5, 2]");
      assertThatThrownBy(() -> file.readRows("a", -1, 2, rows))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.readRows("a", 6, -1, rows))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.readRows("a", 0, 1, rows))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("has shape [1, 2] where [2, 2] is expected");
    }
  }

  @Test
  void scalarHasNoRows() {
    try (SafetensorsFile file = written(NamedTensor.of("a", Samples.tensor(DType.F32)))) {
      assertThatThrownBy(() -> file.readRows("a", 0, 1, Samples.tensor(DType.F32, 1)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    try (SafetensorsFile file =
        written(
            NamedTensor.of("f", Samples.tensor(DType.F32, 2)),
            NamedTensor.of("i", Samples.tensor(DType.I64, 2)))) {
      assertThatThrownBy(() -> file.read("nope", Samples.tensor(DType.F32, 2)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("holds no tensor 'nope' among its 2");
      assertThatThrownBy(() -> file.read("f", Samples.tensor(DType.F32, 2, 1)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("tensor 'f' has shape [2] where [2, 1] is expected");
      assertThatThrownBy(() -> file.read("i", Samples.tensor(DType.F32, 2)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("tensor 'i' of dtype I64 cannot be read as F32");
      assertThatThrownBy(() -> file.read("f", Samples.tensor(DType.BF16, 2)))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("of dtype F32 cannot be read as BF16");
      Tensor transposed = Samples.tensor(DType.F32, 3, 2).narrow(1, 0, 1).view(3).rows(0, 2);
      assertThatThrownBy(() -> file.read("f", transposed))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void int32IsWidened() {
    byte[] header =
        ("{" + entry("a", "I32", "[2]", "[0,8]") + "}").getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Samples.file(header, 8);
    bytes[8 + header.length] = 7;
    bytes[bytes.length - 1] = (byte) 0x80;
    try (SafetensorsFile file = SafetensorsFile.open(Samples.write(folder.resolve("x"), bytes))) {
      Tensor a = Samples.tensor(DType.I64, 2);
      file.read("a", a);
      assertThat(a.window(0, 2).asLongBuffer().get(0)).isEqualTo(7);
      assertThat(a.window(0, 2).asLongBuffer().get(1)).isEqualTo(Integer.MIN_VALUE);
    }
  }

  @Test
  void tensorsAboveTwoGibibytesAreReadToTheEnd() {
    long rows = (1L << 21) + 3;
    long bytes = rows * 1024;
    String header = "{" + entry("a", "BF16", "[" + rows + ",512]", "[0," + bytes + "]") + "}";
    byte[] start = Samples.file(header.getBytes(StandardCharsets.UTF_8), 0);
    Path path = Samples.sparse(folder.resolve("x"), start, start.length + bytes);
    Samples.patch(path, start.length + bytes - 2, new byte[] {(byte) 0x80, 0x3f});
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Tensor last = Samples.tensor(DType.F32, 1, 512);
      file.readRows("a", rows - 1, 1, last);
      assertThat(last.toFloats()[511]).isEqualTo(1);
      assertThat(last.toFloats()[510]).isZero();
      Tensor corner = Samples.tensor(DType.F32, 2, 3);
      Slice slice = new Slice(Shape.of(rows - 2, 509), corner.shape());
      file.readSlice("a", slice, corner);
      assertThat(corner.toFloats()).containsExactly(0, 0, 0, 0, 0, 1);

      if (!TestData.full()) {
        return;
      }
      ByteBuffer window = ByteBuffer.allocateDirect(256 << 20);
      file.read("a", HostArena.vast(DType.BF16, window, rows, 512));
      assertThat(window.getShort(3 * 1024 - 2)).isEqualTo((short) 0x803f);
    }
  }
}
