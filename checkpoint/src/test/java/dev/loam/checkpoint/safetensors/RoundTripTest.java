// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;

/** What is written is read back, bit for bit, alone or in shards. */
@NullUnmarked
class RoundTripTest {
  private static Path folder;

  @BeforeContainer
  static void createFolder() throws IOException {
    folder = Files.createTempDirectory("loam-round-trip");
  }

  @AfterContainer
  static void deleteFolder() throws IOException {
    ModelFiles.deleteOthers(folder, Set.of());
    Files.delete(folder);
  }

  @Provide
  Arbitrary<List<NamedTensor>> models() {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(0, 5);
    Arbitrary<String> names =
        Arbitraries.strings()
            .ofMaxLength(12)
            .filter(Text::isWellFormed)
            .filter(s -> !s.equals("__metadata__"));
    Arbitrary<NamedTensor> tensor =
        Combinators.combine(
                names, Arbitraries.of(DType.class), sizes.list().ofMaxSize(4), Arbitraries.longs())
            .as(
                (name, dtype, shape, seed) ->
                    NamedTensor.of(
                        name,
                        Samples.random(seed, dtype, shape.stream().mapToLong(i -> i).toArray())));
    return tensor.list().ofMaxSize(8).uniqueElements(NamedTensor::name);
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    Arbitrary<String> text = Arbitraries.strings().ofMaxLength(12).filter(Text::isWellFormed);
    return Arbitraries.maps(text, text).ofMaxSize(4);
  }

  @Property(tries = 60)
  void fileGivesBackWhatWasWritten(
      @ForAll("models") List<NamedTensor> tensors,
      @ForAll("metadata") Map<String, String> metadata) {
    Path path = folder.resolve("model.safetensors");
    SafetensorsWriter.write(path, tensors, metadata);
    byte[] first = Samples.read(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(metadata);
      assertThat(file.entries()).hasSize(tensors.size());
      for (NamedTensor tensor : tensors) {
        Tensor back = Samples.tensor(tensor.values().dtype(), tensor.shape().toArray());
        file.read(tensor.name(), back);
        assertThat(Samples.bytes(back)).isEqualTo(Samples.bytes(tensor.values()));
      }
    }
    List<NamedTensor> reversed =
        tensors.stream().sorted((a, b) -> -a.name().compareTo(b.name())).toList();
    SafetensorsWriter.write(path, reversed, metadata);
    assertThat(Samples.read(path)).isEqualTo(first);
  }

  @Property(tries = 60)
  void folderGivesBackWhatWasWritten(
      @ForAll("models") List<NamedTensor> tensors, @ForAll("shardSizes") long maximum) {
    ShardedWriter.write(folder, tensors, new ShardSize(maximum));
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.names())
          .containsExactlyInAnyOrderElementsOf(tensors.stream().map(NamedTensor::name).toList());
      for (NamedTensor tensor : tensors) {
        Tensor back = Samples.tensor(tensor.values().dtype(), tensor.shape().toArray());
        model.read(tensor.name(), back);
        assertThat(Arrays.equals(Samples.bytes(back), Samples.bytes(tensor.values()))).isTrue();
      }
    }
  }

  @Provide
  Arbitrary<Long> shardSizes() {
    return Arbitraries.longs().between(1, 3000);
  }
}
