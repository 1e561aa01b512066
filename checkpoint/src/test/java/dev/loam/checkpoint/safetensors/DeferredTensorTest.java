// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors that are made when their turn comes. */
class DeferredTensorTest {
  private static final ShardSize SMALL = new ShardSize(40);

  @TempDir Path folder;
  private final List<String> asked = new ArrayList<>();

  /** All values come in this memory. */
  private final Tensor memory = Samples.tensor(DType.F32, 20);

  private NamedTensor deferred(String name, SafetensorsType type, float value, long... shape) {
    Shape size = Shape.of(shape);
    return NamedTensor.deferred(
        name,
        type,
        size,
        DType.F32,
        () -> {
          asked.add(name);
          return filled(memory.rows(0, size.elements()), value);
        });
  }

  private static NamedTensor present(
      String name, SafetensorsType type, float value, long... shape) {
    return NamedTensor.of(name, type, filled(Samples.tensor(DType.F32, shape), value));
  }

  private static Tensor filled(Tensor tensor, float value) {
    float[] values = new float[(int) tensor.elements()];
    Arrays.fill(values, value);
    return tensor.set(values);
  }

  private List<NamedTensor> model() {
    return List.of(
        deferred("c", SafetensorsType.F32, 1, 2, 2),
        deferred("big", SafetensorsType.F32, 2, 20),
        deferred("b", SafetensorsType.BF16, 3, 4),
        present("here", SafetensorsType.F32, 4, 1),
        deferred("a", SafetensorsType.F32, 5, 0),
        deferred("d", SafetensorsType.F64, 6, 2));
  }

  private static List<NamedTensor> presentModel() {
    return List.of(
        present("c", SafetensorsType.F32, 1, 2, 2),
        present("big", SafetensorsType.F32, 2, 20),
        present("b", SafetensorsType.BF16, 3, 4),
        present("here", SafetensorsType.F32, 4, 1),
        present("a", SafetensorsType.F32, 5, 0),
        present("d", SafetensorsType.F64, 6, 2));
  }

  @Test
  void comeOnceEachInTheOrderOfTheFile() {
    Path path = folder.resolve("x");
    assertThat(SafetensorsWriter.order(model())).containsExactly("d", "a", "big", "c", "here", "b");
    assertThat(asked).isEmpty();
    SafetensorsWriter.write(path, model(), Map.of());
    assertThat(asked).containsExactly("d", "a", "big", "c", "b");
    byte[] written = Samples.read(path);
    SafetensorsWriter.write(path, presentModel(), Map.of());
    assertThat(written).isEqualTo(Samples.read(path));
  }

  @Test
  void comeOnceEachInTheOrderOfTheShards() {
    List<String> order = ShardedWriter.order(model(), SMALL);
    assertThat(order).containsExactly("big", "a", "c", "here", "b", "d");
    assertThat(ShardedWriter.order(presentModel(), SMALL)).isEqualTo(order);
    assertThat(ShardedWriter.order(model(), ShardSize.DEFAULT))
        .isEqualTo(SafetensorsWriter.order(model()));
    assertThat(asked).isEmpty();
    ShardedWriter.write(folder.resolve("deferred"), model(), SMALL);
    assertThat(asked).containsExactly("big", "a", "c", "b", "d");
    ShardedWriter.write(folder.resolve("present"), presentModel(), SMALL);
    assertThat(listing("deferred")).hasSize(4).isEqualTo(listing("present"));
    for (String file : listing("present")) {
      assertThat(Samples.read(folder.resolve("deferred").resolve(file)))
          .isEqualTo(Samples.read(folder.resolve("present").resolve(file)));
    }
  }

  @Test
  void whatTheyThrowEndsTheWriting() throws Exception {
    RuntimeException thrown = new RuntimeException("as it was");
    List<NamedTensor> tensors = new ArrayList<>(model());
    tensors.set(
        0,
        failing(
            "c",
            SafetensorsType.F32,
            () -> {
              throw thrown;
            }));
    Path path = folder.resolve("x");
    assertThatThrownBy(() -> SafetensorsWriter.write(path, tensors, Map.of())).isSameAs(thrown);
    assertThat(asked).containsExactly("d", "a", "big");
    assertThat(listing("")).isEmpty();
    Files.writeString(path, "old");
    assertThatThrownBy(() -> SafetensorsWriter.write(path, tensors, Map.of())).isSameAs(thrown);
    assertThat(listing("")).containsExactly("x");
    assertThat(path).hasContent("old");

    tensors.set(0, deferred("c", SafetensorsType.F32, 1, 2, 2));
    tensors.set(
        1,
        failing(
            "big",
            SafetensorsType.F32,
            () -> {
              throw thrown;
            }));
    assertThatThrownBy(() -> ShardedWriter.write(folder.resolve("y"), tensors, SMALL))
        .isSameAs(thrown);
    assertThat(listing("y")).isEmpty();
  }

  private static NamedTensor failing(String name, SafetensorsType type, Supplier<Tensor> source) {
    return NamedTensor.deferred(name, type, Shape.of(4), DType.F32, source);
  }

  @Test
  void mustBeWhatWasAnnounced() {
    Tensor wide = Samples.tensor(DType.F32, 4, 2);
    List<Tensor> misfits =
        List.of(wide, wide.narrow(1, 0, 1), Samples.tensor(DType.F64, 4), memory.rows(0, 3));
    for (Tensor misfit : misfits) {
      NamedTensor tensor = failing("a", SafetensorsType.BF16, () -> misfit);
      assertThatThrownBy(
              () -> SafetensorsWriter.write(folder.resolve("x"), List.of(tensor), Map.of()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("'a' of shape [4] and dtype F32 cannot be stored from " + misfit);
      assertThat(listing("")).isEmpty();
    }
  }

  @Test
  void thatCannotBeStoredAreNotAskedFor() {
    assertThatThrownBy(() -> deferred("a", SafetensorsType.I32, 0, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a' of dtype F32 cannot be stored as I32");
    NamedTensor a = deferred("a", SafetensorsType.F32, 0, 4);
    assertThatThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), List.of(a, a), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ShardedWriter.write(folder.resolve("y"), List.of(a, a), SMALL))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(asked).isEmpty();
  }

  private List<String> listing(String name) {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
