// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives of more than 4 GiB. */
class ZipSizesTest {
  private static final long FOUR_GIB = 1L << 32;

  @TempDir Path folder;

  @Test
  void the64BitFormOfASmallArchiveIsRead() throws IOException {
    Path file = folder.resolve("x.pt");
    byte[] pickle = Pickle.protocol(2).tensor("0", 3, 0, new int[] {3}, new int[] {1}).stop();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ZipWriter zip = new ZipWriter(channel, 0);
      zip.add("x/data.pkl", pickle.length, sink -> sink.write(ByteBuffer.wrap(pickle)));
      byte[] data = TorchSamples.floats(1, 2, 3);
      zip.add("x/data/0", data.length, sink -> sink.write(ByteBuffer.wrap(data)));
      zip.finish();
    }
    assertThat(floats(file)).containsExactly(1, 2, 3);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.getEntry("x/data/0").getSize()).isEqualTo(12);
      assertThat(zip.getInputStream(zip.getEntry("x/data/0")).readAllBytes())
          .isEqualTo(TorchSamples.floats(1, 2, 3));
    }
  }

  private static float[] floats(Path file) {
    try (TorchFile read = TorchFile.open(file)) {
      TorchTensor tensor = (TorchTensor) read.root();
      Tensor values = TorchSamples.tensor(DType.F32, 3);
      read.read("x", tensor, Slice.whole(Shape.of(3)), values);
      return values.toFloats();
    }
  }

  @Test
  void anEntryBehindAHoleOfMoreThan4GiBIsRead() throws IOException {
    Path file = folder.resolve("x.pt");
    byte[] pickle = Pickle.protocol(2).tensor("0", 3, 0, new int[] {3}, new int[] {1}).stop();
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      ZipWriter zip = new ZipWriter(channel, ZipWriter.LARGE);
      zip.add("x/data.pkl", pickle.length, sink -> sink.write(ByteBuffer.wrap(pickle)));
      channel.position(FOUR_GIB + 12_345);
      byte[] data = TorchSamples.floats(4, 5, 6);
      zip.add("x/data/0", data.length, sink -> sink.write(ByteBuffer.wrap(data)));
      zip.finish();
    }
    assertThat(floats(file)).containsExactly(4, 5, 6);
  }

  @Test
  void aTensorOfMoreThan4GiBIsWritten() throws IOException {
    Assumptions.assumeTrue(TestData.full(), "writes 4.3 GB");
    Path file = folder.resolve("x.pt");
    ByteBuffer window = ByteBuffer.allocateDirect(8 << 20).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < window.capacity(); i += 4) {
      window.putInt(i, i);
    }
    long elements = FOUR_GIB / 4 + 1;
    Tensor vast = HostArena.vast(DType.F32, window, elements);
    Tensor last = TorchSamples.random(1, DType.F32, 3);
    TorchWriter.write(
        file,
        Map.of("m", List.of(NamedTensor.of("vast", vast), NamedTensor.of("last", last))),
        Map.of());
    try (TorchFile read = TorchFile.open(file)) {
      TorchTensor tensor = (TorchTensor) TorchSamples.at(TorchSamples.at(read.root(), "m"), "last");
      Tensor values = TorchSamples.tensor(DType.F32, 3);
      read.read("last", tensor, Slice.whole(Shape.of(3)), values);
      assertThat(TorchSamples.bytes(values)).isEqualTo(TorchSamples.bytes(last));
      TorchTensor first = (TorchTensor) TorchSamples.at(TorchSamples.at(read.root(), "m"), "vast");
      assertThat(first.shape()).isEqualTo(Shape.of(elements));
    }
    assertThat(Files.size(file)).isGreaterThan(FOUR_GIB);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.getEntry("archive/data/0").getSize()).isEqualTo(FOUR_GIB + 4);
    }
  }
}
