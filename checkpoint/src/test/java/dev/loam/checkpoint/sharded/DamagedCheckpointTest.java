// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.HostArena;
import dev.loam.checkpoint.MemoryFolder;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.parallel.SoloGroup;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every bit of a checkpoint, flipped, and every length of its files, is noticed. */
class DamagedCheckpointTest {
  @TempDir(factory = MemoryFolder.class)
  Path root;

  private CheckpointFolder checkpoints;
  private Path folder;

  @BeforeEach
  void saveByTwoRanks() {
    checkpoints = new CheckpointFolder(root, new VolatileStorage());
    SplittableRandom random = new SplittableRandom(1);
    List<List<TensorPiece>> weights = Saves.weights(5).deal(random, 2);
    List<List<TensorPiece>> moments = Saves.moments(5).deal(random, 2);
    folder =
        RankLease.run(
                2,
                world -> {
                  int r = world.rank();
                  return Saves.save(checkpoints, world, 9, 5, weights.get(r), moments.get(r));
                })
            .get(0);
    assertThat(Saves.seedOf(folder)).isEqualTo(5);
  }

  private List<Path> files() {
    return Saves.names(folder).stream().map(folder::resolve).toList();
  }

  /** Reads everything; what is read is as it was saved, however damaged the rest. */
  private boolean isRefused() {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      boolean refused = isRefused(checkpoint, Saves.weights(5));
      refused |= isRefused(checkpoint, Saves.moments(5));
      try {
        assertThat(checkpoint.text("config.json")).contains("{}");
      } catch (CheckpointException e) {
        refused = true;
      }
      try {
        checkpoint.verify();
        assertThat(refused).as("verify() finds what reading does").isFalse();
      } catch (CheckpointException e) {
        refused = true;
      }
      return refused;
    } catch (CheckpointException e) {
      assertThat(e).hasMessageStartingWith(folder.toString()).hasMessageContaining("; ");
      return true;
    }
  }

  private static boolean isRefused(Checkpoint checkpoint, SampleModel model) {
    boolean refused = false;
    for (String name : model.shapes().keySet()) {
      try {
        Slice whole = Slice.whole(checkpoint.shape(name));
        Tensor tensor = new HostArena().allocate(model.type(name), whole.shape().toArray());
        checkpoint.read(name, whole, tensor);
        if (!Arrays.equals(tensor.toDoubles(), model.values(name, whole))) {
          throw new AssertionError("a wrong tensor " + name);
        }
      } catch (CheckpointException e) {
        refused = true;
      }
    }
    return refused;
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    long bits = 0;
    for (Path path : files()) {
      byte[] good = Files.readAllBytes(path);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        for (int bit = 0; bit < 8 * good.length; bit++) {
          poke(file, bit / 8, good[bit / 8] ^ (1 << (bit % 8)));
          if (!isRefused()) {
            throw new AssertionError("bit " + bit + " of " + path.getFileName());
          }
          poke(file, bit / 8, good[bit / 8]);
          bits++;
        }
      }
    }
    assertThat(bits).isBetween(8 * 1500L, 8 * 3500L);
    assertThat(isRefused()).isFalse();
  }

  private static void poke(RandomAccessFile file, long position, int value) throws IOException {
    file.seek(position);
    file.write(value);
  }

  @Test
  void everyTruncationAndExtensionIsNoticed() throws IOException {
    for (Path path : files()) {
      byte[] good = Files.readAllBytes(path);
      for (int length = 0; length < good.length; length++) {
        Files.write(path, Arrays.copyOf(good, length));
        assertThat(isRefused()).as("%s of %s bytes", path.getFileName(), length).isTrue();
        assertThat(checkpoints.complete()).isEmpty();
      }
      Files.write(path, Arrays.copyOf(good, good.length + 1));
      assertThat(isRefused()).isTrue();
      assertThat(checkpoints.complete()).isEmpty();
      Files.write(path, good);
    }
    assertThat(checkpoints.complete()).containsExactly(folder);
  }

  @Test
  void everyMissingFileIsNoticed() throws IOException {
    for (Path path : files()) {
      Path aside = root.resolve("aside");
      Files.move(path, aside);
      assertThat(isRefused()).isTrue();
      assertThat(checkpoints.newest()).isEmpty();
      Files.createDirectory(path);
      assertThat(isRefused()).as("a folder in its place").isTrue();
      Files.delete(path);
      Files.move(aside, path);
    }
    assertThat(Saves.seedOf(checkpoints.newest().orElseThrow())).isEqualTo(5);
  }

  @Test
  void filesOfAnotherCheckpointAreNoticed() throws IOException {
    Path other = Saves.save(checkpoints, 10, 6);
    Files.move(
        other.resolve("manifest.json"),
        folder.resolve("manifest.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertThat(isRefused()).isTrue();
    assertThat(checkpoints.complete()).isEmpty();
  }

  @Test
  void whatIsNotTouchedIsNotRead() throws IOException {
    SampleModel model = new SampleModel(3).with("x", DType.F32, 100, 16);
    Path path = Saves.save(checkpoints, SoloGroup.of(), 11, 3, model.whole(), List.of());
    try (RandomAccessFile file =
            new RandomAccessFile(
                path.resolve("weights-00001-of-00001.safetensors").toFile(), "rw");
        Checkpoint checkpoint = Checkpoint.open(path)) {
      poke(file, file.length() - 1, 1);
      Tensor rows = new HostArena().allocate(DType.F32, 90, 16);
      Slice first = new Slice(Shape.of(0, 0), rows.shape());
      checkpoint.read("x", first, rows);
      assertThat(rows.toDoubles()).isEqualTo(model.values("x", first));
      Tensor all = new HostArena().allocate(DType.F32, 100, 16);
      assertThatThrownBy(() -> checkpoint.read("x", Slice.whole(all.shape()), all))
          .isInstanceOf(CheckpointException.class)
          .hasMessageMatching(
              ".*weights-00001-of-00001.safetensors: is damaged between byte [0-9]+ and [0-9]+: "
                  + "the CRC32C is [0-9a-f]{8}, the manifest says [0-9a-f]{8}; use another.*");
      assertThatThrownBy(checkpoint::verify).hasMessageContaining("is damaged between byte");
    }
  }
}
