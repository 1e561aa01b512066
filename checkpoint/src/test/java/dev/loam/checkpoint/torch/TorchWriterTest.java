// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is read, by this reader and by any zip program. */
class TorchWriterTest {
  private static final List<String> HOSTILE =
      List.of(
          "a b",
          "quote\"s'",
          "line\nfeed",
          "../../etc/passwd",
          "Grüße \ud83d\ude00",
          "",
          "data.pkl");

  @TempDir Path folder;

  @Test
  void tensorsAndScalarsAreReadBack() {
    Path file = folder.resolve("x.pt");
    Tensor matrix = TorchSamples.random(1, DType.F32, 3, 5);
    Tensor vector = TorchSamples.random(2, DType.I64, 7);
    Tensor bf16 = TorchSamples.random(3, DType.BF16, 4, 1, 3);
    Map<String, List<NamedTensor>> stateDicts = new LinkedHashMap<>();
    stateDicts.put(
        "model", List.of(NamedTensor.of("matrix", matrix), NamedTensor.of("vector", vector)));
    stateDicts.put(
        "model1",
        List.of(
            NamedTensor.of("bf16", bf16),
            NamedTensor.of("scalar", TorchSamples.random(4, DType.F64)),
            NamedTensor.of("empty", TorchSamples.tensor(DType.F32, 0, 7))));
    Map<String, TorchScalar> values = new LinkedHashMap<>();
    values.put("version", new TorchScalar.Real(3.0));
    values.put("iteration", new TorchScalar.Int(1));
    values.put("far", new TorchScalar.Int(-(1L << 40)));
    values.put("text", new TorchScalar.Text("Grüße"));
    values.put("yes", new TorchScalar.Bool(true));
    values.put("no", new TorchScalar.Bool(false));
    values.put("none", new TorchScalar.None());
    TorchWriter.write(file, stateDicts, values);

    try (TorchFile read = TorchFile.open(file)) {
      TorchDict root = TorchSamples.dict(read.root());
      assertThat(root.named().keySet())
          .containsExactly(
              "model", "model1", "version", "iteration", "far", "text", "yes", "no", "none");
      values.forEach((key, value) -> assertThat(root.get(key)).contains(value));
      assertThat(stored(read, "model", "matrix")).isEqualTo(TorchSamples.bytes(matrix));
      assertThat(stored(read, "model", "vector")).isEqualTo(TorchSamples.bytes(vector));
      TorchDict second = TorchSamples.dict(TorchSamples.at(root, "model1"));
      assertThat(second.named().keySet()).containsExactly("bf16", "scalar", "empty");
      TorchTensor cube = (TorchTensor) second.get("bf16").orElseThrow();
      assertThat(cube.shape()).isEqualTo(Shape.of(4, 1, 3));
      assertThat(cube.type()).isEqualTo(SafetensorsType.BF16);
      assertThat(cube.position() % 64).isZero();
      assertThat(stored(read, "model1", "empty")).isEmpty();
    }
  }

  private static byte[] stored(TorchFile file, String stateDict, String name) {
    TorchTensor tensor =
        (TorchTensor) TorchSamples.at(TorchSamples.at(file.root(), stateDict), name);
    DType dtype = DType.valueOf(tensor.type().name());
    Tensor values = TorchSamples.tensor(dtype, tensor.shape().toArray());
    file.read(name, tensor, Slice.whole(tensor.shape()), values);
    return TorchSamples.bytes(values);
  }

  @Test
  void namesOfAnyKindSurvive() {
    Path file = folder.resolve("x.pt");
    Tensor tensor = TorchSamples.random(1, DType.F32, 2);
    TorchWriter.write(
        file,
        Map.of("model", HOSTILE.stream().map(name -> NamedTensor.of(name, tensor)).toList()),
        Map.of());
    try (TorchFile read = TorchFile.open(file)) {
      assertThat(TorchSamples.dict(TorchSamples.at(read.root(), "model")).named().keySet())
          .containsExactlyElementsOf(HOSTILE);
    }
  }

  @Test
  void typesAreConvertedOnTheWay() {
    Path file = folder.resolve("x.pt");
    Tensor values = TorchSamples.tensor(DType.F32, 3).set(1, 1 + 1.0 / 256, -2.5);
    Tensor narrow = TorchSamples.tensor(DType.BF16, 2).set(1.5, -3);
    TorchWriter.write(
        file,
        Map.of(
            "model",
            List.of(
                NamedTensor.of("bf16", SafetensorsType.BF16, values),
                NamedTensor.of("f16", SafetensorsType.F16, values),
                NamedTensor.of("f32", SafetensorsType.F32, narrow))),
        Map.of());
    try (TorchFile read = TorchFile.open(file)) {
      assertThat(asFloats(read, "bf16", 3)).containsExactly(1, 1, -2.5f);
      assertThat(asFloats(read, "f16", 3)).containsExactly(1, 1 + 1f / 256, -2.5f);
      assertThat(asFloats(read, "f32", 2)).containsExactly(1.5f, -3);
    }
  }

  private static float[] asFloats(TorchFile file, String name, int size) {
    TorchTensor tensor = (TorchTensor) TorchSamples.at(TorchSamples.at(file.root(), "model"), name);
    Tensor values = TorchSamples.tensor(DType.F32, size);
    file.read(name, tensor, Slice.whole(Shape.of(size)), values);
    return values.toFloats();
  }

  @Test
  void everyEntryIsStoredAlignedAndHasTheRightChecksum() throws IOException {
    Path file = folder.resolve("x.pt");
    Tensor tensor = TorchSamples.random(5, DType.F32, 1000);
    TorchWriter.write(
        file,
        Map.of("model", List.of(NamedTensor.of("a", tensor), NamedTensor.of("b", tensor))),
        Map.of());
    try (ZipFile zip = new ZipFile(file.toFile())) {
      List<String> names = new ArrayList<>();
      for (ZipEntry entry : Collections.list(zip.entries())) {
        names.add(entry.getName());
        assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
        CRC32 checksum = new CRC32();
        checksum.update(zip.getInputStream(entry).readAllBytes());
        assertThat(entry.getCrc()).as(entry.getName()).isEqualTo(checksum.getValue());
      }
      assertThat(names)
          .containsExactly(
              "archive/data.pkl",
              "archive/byteorder",
              "archive/data/0",
              "archive/data/1",
              "archive/version");
      assertThat(zip.getInputStream(zip.getEntry("archive/data/1")).readAllBytes())
          .isEqualTo(TorchSamples.bytes(tensor));
    }
  }

  @Test
  void everyEntryIsCompleteWithoutTheDirectory() throws IOException {
    Path file = folder.resolve("x.pt");
    Tensor tensor = TorchSamples.random(5, DType.F32, 1000);
    TorchWriter.write(file, Map.of("model", List.of(NamedTensor.of("a", tensor))), Map.of());
    int entries = 0;
    // Compares each entry with the checksum in its own header.
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      while (zip.getNextEntry() != null) {
        zip.readAllBytes();
        entries++;
      }
    }
    assertThat(entries).isEqualTo(4);
  }

  @Test
  void theSameInputGivesTheSameBytes() {
    Tensor tensor = TorchSamples.random(5, DType.F32, 10);
    Map<String, List<NamedTensor>> model = Map.of("model", List.of(NamedTensor.of("a", tensor)));
    TorchWriter.write(folder.resolve("1.pt"), model, Map.of());
    TorchWriter.write(folder.resolve("2.pt"), model, Map.of());
    assertThat(folder.resolve("1.pt")).hasSameBinaryContentAs(folder.resolve("2.pt"));
  }

  @Test
  void tensorsAreAskedForOnceAndInOrder() {
    List<String> asked = new ArrayList<>();
    Tensor tensor = TorchSamples.random(5, DType.F32, 2);
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : List.of("z", "a", "m")) {
      tensors.add(
          NamedTensor.deferred(
              name,
              SafetensorsType.F32,
              Shape.of(2),
              DType.F32,
              () -> {
                asked.add(name);
                return tensor;
              }));
    }
    TorchWriter.write(folder.resolve("x.pt"), Map.of("model", tensors), Map.of());
    assertThat(asked).containsExactly("z", "a", "m");
  }

  @Test
  void aFailureLeavesTheOlderFile() throws IOException {
    Path file = Files.writeString(folder.resolve("x.pt"), "older");
    NamedTensor failing =
        NamedTensor.deferred(
            "a",
            SafetensorsType.F32,
            Shape.of(2),
            DType.F32,
            () -> {
              throw new CheckpointException("lost");
            });
    assertThatThrownBy(() -> TorchWriter.write(file, Map.of("m", List.of(failing)), Map.of()))
        .hasMessage("lost");
    assertThat(file).hasContent("older");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void doubleNamesAndUnknownTypesAreRefused() {
    Path file = folder.resolve("x.pt");
    Tensor tensor = TorchSamples.random(5, DType.F32, 2);
    NamedTensor a = NamedTensor.of("a", tensor);
    assertThatThrownBy(() -> TorchWriter.write(file, Map.of("m", List.of(a, a)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors are named 'a'");
    assertThatThrownBy(
            () ->
                TorchWriter.write(
                    file, Map.of("m", List.of(a)), Map.of("m", new TorchScalar.None())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two entries are named 'm'");
    assertThat(file).doesNotExist();
  }
}
