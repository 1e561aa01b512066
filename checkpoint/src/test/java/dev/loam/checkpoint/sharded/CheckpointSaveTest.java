// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.MemoryFolder;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.parallel.SoloGroup;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointSaveTest {
  @TempDir(factory = MemoryFolder.class)
  Path root;

  private CheckpointFolder folder;

  @BeforeEach
  void openFolder() {
    folder = new CheckpointFolder(root, new VolatileStorage());
  }

  private CheckpointSave begin(long step, List<TensorPiece> weights) {
    return CheckpointSave.begin(folder, SoloGroup.of(), new HostArena(), step, weights, List.of());
  }

  private static Slice rows(long first, long rows) {
    return new Slice(Shape.of(first, 0), Shape.of(rows, 3));
  }

  private static Set<String> keys(Path file) {
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      return Set.copyOf(open.entries().keySet());
    }
  }

  @Test
  void onlyWholeTensorsHavePlainKeys() {
    SampleModel model =
        new SampleModel(1).with("one", DType.F32, 4, 3).with("two", DType.F32, 4, 3);
    Path saved =
        RankLease.run(
                2,
                world -> {
                  int r = world.rank();
                  List<TensorPiece> own = new ArrayList<>();
                  own.add(model.piece("two", rows(2L * r, 2)));
                  own.add(model.piece("one", r == 0 ? rows(0, 0) : rows(0, 4)));
                  return Saves.save(folder, world, 5, 1, own, List.of());
                })
            .get(0);
    assertThat(Saves.names(saved))
        .containsExactly(
            "config.json",
            "manifest.json",
            "weights-00001-of-00002.safetensors",
            "weights-00002-of-00002.safetensors");
    assertThat(keys(saved.resolve("weights-00001-of-00002.safetensors")))
        .containsExactly("two[0:2,0:3]");
    assertThat(keys(saved.resolve("weights-00002-of-00002.safetensors")))
        .containsExactlyInAnyOrder("two[2:4,0:3]", "one");
    assertThat(root.resolve("latest")).hasContent("iteration_00000005\n");
  }

  @Test
  void deferredValuesAreAskedForOnceWhileWriting() {
    List<String> asked = new ArrayList<>();
    SampleModel model = Saves.weights(3);
    List<TensorPiece> pieces =
        model.whole().stream()
            .map(
                piece ->
                    TensorPiece.deferred(
                        piece.name(),
                        piece.slice(),
                        piece.dtype(),
                        () -> {
                          asked.add(piece.name());
                          return piece.values();
                        }))
            .toList();
    try (CheckpointSave save = begin(1, pieces)) {
      assertThat(asked).isEmpty();
      assertThat(save.isWritten()).isFalse();
      assertThatThrownBy(() -> save.publish(Map.of(), Map.of()))
          .isInstanceOf(IllegalStateException.class);
      save.write();
      assertThat(save.isWritten()).isTrue();
      assertThat(asked).containsExactly("a", "b");
      Path saved = save.publish(Map.of(), Map.of());
      assertThat(saved.resolve("weights-00001-of-00001.safetensors")).hasSize(save.bytes());
      try (Checkpoint checkpoint = Checkpoint.open(saved)) {
        model.assertEqual(checkpoint);
      }
    }
  }

  @Test
  void sameCheckpointIsKeptOnlyIfItIsIntact() throws IOException {
    Path saved = Saves.save(folder, 4, 9);
    Path mark = Files.createFile(saved.resolve("mark"));
    Saves.save(folder, 4, 9);
    assertThat(mark).exists();
    Path weights = saved.resolve("weights-00001-of-00001.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    Saves.save(folder, 4, 9);
    assertThat(mark).doesNotExist();
    assertThat(Saves.seedOf(saved)).isEqualTo(9);
    Saves.save(folder, 4, 10);
    assertThat(Saves.seedOf(saved)).isEqualTo(10);
    assertThat(Saves.names(root)).containsExactly("iteration_00000004", "latest");
  }

  @Test
  void boxesThatLeaveAGapAreNotPublished() {
    Path old = Saves.save(folder, 1, 10);
    SampleModel model = new SampleModel(2).with("x", DType.F32, 4, 3);
    try (CheckpointSave save =
        begin(1, List.of(model.piece("x", rows(0, 1)), model.piece("x", rows(2, 2))))) {
      save.write();
      assertThatThrownBy(() -> save.publish(Map.of(), Map.of()))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("tensor 'x': its boxes have 9 of the 12 elements");
    }
    assertThat(Saves.seedOf(old)).isEqualTo(10);
    assertThat(Saves.names(root)).containsExactly("iteration_00000001", "latest");
  }

  @Test
  void failureToGiveValuesReachesPublish() {
    IllegalStateException gone = new IllegalStateException("gone");
    TensorPiece piece =
        TensorPiece.deferred(
            "x",
            rows(0, 1),
            DType.F32,
            () -> {
              throw gone;
            });
    try (CheckpointSave save = begin(1, List.of(piece))) {
      save.write();
      assertThatThrownBy(() -> save.publish(Map.of(), Map.of())).isSameAs(gone);
    }
    assertThat(Saves.names(root)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/b", "manifest.json", "", ".x", "x.safetensors", "x\0"})
  void textOfAnotherNameIsRefused(String name) {
    try (CheckpointSave save = begin(1, List.of())) {
      save.write();
      assertThatThrownBy(() -> save.publish(Map.of(), Map.of(name, "")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot be stored as a text");
    }
    assertThat(Saves.names(root)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a[0:1]", "a]"})
  void tensorOfAnotherNameIsRefused(String name) {
    SampleModel model = new SampleModel(1).with(name, DType.F32, 4);
    assertThatThrownBy(() -> begin(1, model.whole()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
  }

  @Test
  void boxThatIsGivenTwiceIsRefused() {
    TensorPiece piece = Saves.weights(1).whole().get(0);
    assertThatThrownBy(() -> begin(1, List.of(piece, piece)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two tensors are named 'a[0:4,0:3]'");
    assertThatThrownBy(() -> begin(-1, List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void checkpointsAreListedByStep() throws IOException {
    Path large = Saves.save(folder, 1_000_000_000, 3);
    Path small = Saves.save(folder, 5, 1);
    assertThat(large).hasFileName("iteration_1000000000");
    assertThat(folder.complete()).containsExactly(small, large);
    assertThat(folder.newest()).contains(large);
    Files.move(large, root.resolve("iteration_00000009"));
    assertThat(folder.complete()).as("the step is another one").containsExactly(small);
    Files.createDirectory(root.resolve("iteration_00000007"));
    Files.createFile(root.resolve("iteration_00000008"));
    assertThat(folder.complete()).containsExactly(small);
    assertThat(new CheckpointFolder(root.resolve("absent")).newest()).isEmpty();
    assertThatThrownBy(() -> folder.delete(root)).isInstanceOf(IllegalArgumentException.class);
    folder.delete(small);
    assertThat(folder.complete()).isEmpty();
  }

  @Test
  void stateAndAbsentTensors() {
    Map<String, String> state = Map.of("", "", "\"\\\n\u0001é\ud83d\ude00", "x\ud83d\ude00\"");
    try (CheckpointSave save = begin(0, Saves.weights(1).whole())) {
      save.write();
      try (Checkpoint checkpoint = Checkpoint.open(save.publish(state, Map.of("a.txt", "é")))) {
        assertThat(checkpoint.state()).isEqualTo(state);
        assertThat(checkpoint.text("a.txt")).contains("é");
        assertThat(checkpoint.text("manifest.json")).isEmpty();
        assertThat(checkpoint.text("weights-00001-of-00001.safetensors")).isEmpty();
        assertThatThrownBy(() -> checkpoint.shape("c"))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("holds no tensor 'c' among its 2");
        assertThatThrownBy(
                () -> checkpoint.read("a", rows(3, 2), new HostArena().allocate(DType.F32, 2, 3)))
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("'a' of shape [4, 3] has no slice of shape [2, 3] at [3, 0]");
      }
    }
  }
}
