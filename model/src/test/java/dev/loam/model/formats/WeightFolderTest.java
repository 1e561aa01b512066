// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorPiece;
import dev.loam.checkpoint.sharded.CheckpointFolder;
import dev.loam.checkpoint.sharded.CheckpointSave;
import dev.loam.model.ModelConfigException;
import dev.loam.parallel.SoloGroup;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found in which folder. */
class WeightFolderTest {
  private static final TinyWeights WEIGHTS = TinyWeights.counted(TinyWeights.config(true));

  @TempDir Path folder;

  @Test
  void aHuggingFaceFolder() {
    Path hf = WEIGHTS.huggingFace(folder.resolve("hf"));
    found(hf, WeightFormat.HUGGING_FACE, hf);
  }

  @Test
  void aCheckpointWithoutItsMoments() {
    Path run = folder.resolve("run");
    Path checkpoint = save(run.resolve("checkpoint"), 3, WEIGHTS);
    found(checkpoint, WeightFormat.LOAM, checkpoint);
    found(run.resolve("checkpoint"), WeightFormat.LOAM, checkpoint);
    found(run, WeightFormat.LOAM, checkpoint);
  }

  @Test
  void theNewestCompleteCheckpointOfARunElseItsModel() throws IOException {
    TinyWeights other = TinyWeights.random(WEIGHTS.config(), dev.loam.tensor.DType.F32);
    Path run = folder.resolve("run");
    other.huggingFace(run.resolve("model"));
    Files.createDirectories(run.resolve("checkpoint"));
    try (WeightFolder opened = WeightFolder.open(run, Optional.empty())) {
      assertThat(opened.format()).isEqualTo(WeightFormat.HUGGING_FACE);
      assertThat(TinyWeights.contents(opened.weights())).isEqualTo(other.contents());
    }
    save(run.resolve("checkpoint"), 9, other);
    Path newest = save(run.resolve("checkpoint"), 10, WEIGHTS);
    found(run, WeightFormat.LOAM, newest);
    Path torn = save(run.resolve("checkpoint"), 11, other);
    Files.delete(torn.resolve("manifest.json"));
    found(run, WeightFormat.LOAM, newest);
  }

  @Test
  void theRanksOfMindFormers() {
    Path output = folder.resolve("output");
    Path ranks = new MindFormersTree(WEIGHTS, 2, 1, 1).write(output.resolve("checkpoint"), 50, 1);
    found(ranks, WeightFormat.MINDFORMERS, ranks);
    found(output, WeightFormat.MINDFORMERS, ranks);
  }

  @Test
  void wholeFilesOfMindFormersWhateverTheirNames() {
    Path file = folder.resolve("model.safetensors");
    PlainSafetensors.write(file, MindFormersTree.whole(WEIGHTS), Map.of());
    WEIGHTS.config().write(folder.resolve("config.json"), "float32");
    found(folder, WeightFormat.MINDFORMERS, folder);
  }

  @Test
  void configIsLookedForUpToTwoFoldersAbove() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b/c"));
    PlainSafetensors.write(
        deep.resolve("part0.safetensors"), MindFormersTree.whole(WEIGHTS), Map.of());
    WEIGHTS.config().write(folder.resolve("config.json"), "float32");
    refused(deep, "there is no config.json", "--model-config DIR");
    WEIGHTS.config().write(folder.resolve("a/config.json"), "float32");
    found(deep, WeightFormat.MINDFORMERS, deep);
  }

  @Test
  void theGivenConfigComesFirst() throws IOException {
    Path hf = WEIGHTS.huggingFace(folder.resolve("hf"));
    Files.writeString(hf.resolve("config.json"), "{}");
    assertThatThrownBy(() -> WeightFolder.open(hf, Optional.empty()))
        .isInstanceOf(ModelConfigException.class);
    try (WeightFolder opened = WeightFolder.open(hf, Optional.of(WEIGHTS.config()))) {
      assertThat(opened.config()).isEqualTo(WEIGHTS.config());
    }
  }

  @Test
  void nothing() throws IOException {
    refused(folder.resolve("absent"), "absent: no weights are found (it is no folder)");
    refused(folder, "no weights are found (it is empty)", "model.safetensors", "rank_N");
    Files.writeString(folder.resolve("pytorch_model.bin"), "");
    refused(folder, "it holds pytorch_model.bin");
    assertThat(WeightFormat.detect(folder)).isEmpty();
  }

  private static void found(Path folder, WeightFormat format, Path at) {
    assertThat(WeightFormat.detect(folder)).contains(format);
    try (WeightFolder opened = WeightFolder.open(folder, Optional.empty())) {
      assertThat(opened.format()).isEqualTo(format);
      assertThat(opened.path()).isEqualTo(at);
      assertThat(opened.config()).isEqualTo(WEIGHTS.config());
      assertThat(TinyWeights.contents(opened.weights())).isEqualTo(WEIGHTS.contents());
    }
  }

  private static void refused(Path folder, String... parts) {
    assertThatThrownBy(() -> WeightFolder.open(folder, Optional.empty()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts);
  }

  /** A checkpoint as a run leaves it, moments included. */
  private static Path save(Path checkpoints, long step, TinyWeights weights) {
    List<TensorPiece> values = new ArrayList<>();
    List<TensorPiece> moments = new ArrayList<>();
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              values.add(piece(name, tensor));
              moments.add(piece("adam_m." + name, tensor));
              moments.add(piece("adam_v." + name, tensor));
            });
    String config;
    try {
      Path file = Files.createTempFile("config", ".json");
      weights.config().write(file, "float32");
      config = Files.readString(file);
      Files.delete(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    try (CheckpointSave save =
        CheckpointSave.begin(
            new CheckpointFolder(checkpoints),
            SoloGroup.of(),
            new PlainArena(),
            step,
            values,
            moments)) {
      save.write();
      return save.publish(Map.of(), Map.of("config.json", config));
    }
  }

  private static TensorPiece piece(String name, Tensor tensor) {
    return new TensorPiece(name, Slice.whole(tensor.shape()), tensor);
  }
}
