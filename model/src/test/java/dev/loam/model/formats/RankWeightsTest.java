// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.TensorEntry;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files of all ranks as one model, under any layout, and what is wrong with them. */
class RankWeightsTest {
  private static final TinyWeights WEIGHTS = TinyWeights.counted(TinyWeights.config(false));
  private static final TinyWeights OLDER = older();

  @TempDir Path folder;

  private static TinyWeights older() {
    TinyWeights other = TinyWeights.counted(TinyWeights.config(false));
    other.tensors().values().forEach(tensor -> tensor.set(new float[(int) tensor.elements()]));
    return other;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, true", "1, 1, 2, true", "1, 1, 2, false", "1, 2, 1, true", "1, 2, 2, true",
    "1, 2, 2, false", "2, 1, 1, true", "2, 1, 2, true", "2, 1, 2, false", "2, 2, 1, true",
    "2, 2, 2, true", "2, 2, 2, false"
  })
  void everyLayoutGivesTheSameModel(int tp, int pp, int dp, boolean redundant) {
    for (boolean tied : new boolean[] {true, false}) {
      TinyWeights weights = TinyWeights.counted(TinyWeights.config(tied));
      MindFormersTree tree = new MindFormersTree(weights, tp, pp, dp);
      Path root = (redundant ? tree : tree.withoutRedundancy()).write(at("tied" + tied), 50, 1);
      assertThat(MindFormersWeights.isMindFormers(root)).isTrue();
      try (TensorSource source = MindFormersWeights.open(root, weights.config())) {
        assertThat(TinyWeights.contents(source)).isEqualTo(weights.contents());
        slices(source, weights);
      }
    }
  }

  private static void slices(TensorSource source, TinyWeights weights) {
    SplittableRandom random = new SplittableRandom(3);
    weights
        .tensors()
        .forEach(
            (name, tensor) -> {
              for (int i = 0; i < 5; i++) {
                Slice slice = slice(random, tensor.shape());
                Tensor expected = tensor;
                for (int d = 0; d < tensor.rank(); d++) {
                  expected = expected.narrow(d, slice.start().size(d), slice.shape().size(d));
                }
                assertThat(TinyWeights.read(source, name, slice).toFloats())
                    .as("%s %s", name, slice)
                    .isEqualTo(expected.toFloats());
              }
            });
  }

  private static Slice slice(SplittableRandom random, Shape shape) {
    long[] start = new long[shape.rank()];
    long[] size = new long[shape.rank()];
    for (int d = 0; d < start.length; d++) {
      start[d] = random.nextLong(shape.size(d));
      size[d] = random.nextLong(1, shape.size(d) - start[d] + 1);
    }
    return new Slice(Shape.of(start), Shape.of(size));
  }

  @Test
  void theVocabularyMayBeReplicated() {
    Path root = tree().withReplicatedVocabulary().write(at("tree"), 1, 1);
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
  }

  @Test
  void theNewestStepIsRead() {
    older(2, 7);
    older(9, 3);
    Path root = tree().write(at("tree"), 10, 1);
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
  }

  @Test
  void aStepThatOneRankHasNotCompletedIsPassedOver() throws IOException {
    Path root = tree().write(at("tree"), 1, 1);
    older(2, 1);
    tree().meta(root, 3, 1, 1); // the file is there, but nothing says that it is whole
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
    tree().meta(root, 3, 2, 1);
    assertThat(contents(root)).isEqualTo(OLDER.contents());
    Files.delete(tree().file(root, 1, 2, 1)); // the same if it is missing
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
  }

  @Test
  void withoutMetaTheNamesDecide() throws IOException {
    older(9, 1);
    Path root = tree().write(at("tree"), 10, 1);
    Files.delete(root.resolve("rank_2/meta.json"));
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
  }

  @Test
  void ofSeveralStartsTheLastIsRead() throws IOException {
    older(1, 1);
    Path root = at("tree");
    for (int r = 0; r < 4; r++) {
      tree().writeRank(at("again"), r, 1, 1);
      Path file = tree().file(at("again"), r, 1, 1);
      Files.move(file, root.resolve("rank_%d/qwen3_rank_%d_1-1_1.safetensors".formatted(r, r)));
      Files.delete(root.resolve("rank_" + r + "/meta.json"));
    }
    assertThat(contents(root)).isEqualTo(WEIGHTS.contents());
    for (int r = 0; r < 4; r++) {
      tree().meta(root, r, 1, 1); // names the file without a number
    }
    assertThat(contents(root)).isEqualTo(OLDER.contents());
  }

  @Test
  void noCommonStep() throws IOException {
    Path root = tree().write(at("tree"), 4, 1);
    Files.delete(tree().file(root, 1, 4, 1));
    refused(root, "no step is there for all 4 ranks up to 4_1", "rank_0 has 4_1", "rank_1 has no");
  }

  @Test
  void aMissingRank() throws IOException {
    Path root = tree().write(at("tree"), 4, 1);
    delete(root.resolve("rank_1"));
    refused(root, "there is a rank_3 but no rank_1");
    delete(root.resolve("rank_3"));
    delete(root.resolve("rank_2"));
    refused(root, "1 ranks cannot be those of 2-fold tensor parallelism");
  }

  @Test
  void aMissingStage() throws IOException {
    Path root = new MindFormersTree(WEIGHTS, 2, 2, 1).write(at("tree"), 4, 1);
    delete(root.resolve("rank_3"));
    delete(root.resolve("rank_2"));
    refused(root, "missing tensor decoder.layers.2.input_layernorm.weight", "output_layer");
  }

  @Test
  void aPartThatNoRankHas() {
    Path root = new MindFormersTree(WEIGHTS, 2, 1, 1).write(at("tree"), 1, 1);
    rewrite(root, 1, "decoder.layers.3.mlp.linear_fc1.weight", List.of());
    refused(root, "the part of decoder.layers.3.mlp.linear_fc1.weight that tensor-parallel rank 1");
  }

  @Test
  void wrongShapes() {
    Path root = new MindFormersTree(WEIGHTS, 2, 1, 1).write(at("tree"), 1, 1);
    String name = "decoder.layers.0.self_attention.q_layernorm.weight";
    rewrite(root, 0, name, List.of(TinyWeights.floats(Shape.of(3), 1, 2, 3)));
    refused(root, name + " has shape [3]", "rank_0", "the whole is [4]");
    Qwen3Config other = TinyWeights.config(true);
    assertThatThrownBy(() -> MindFormersWeights.open(root, other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(name);
  }

  @Test
  void partsDividedAmongReplicasAreRefused() {
    Path root = new MindFormersTree(WEIGHTS, 1, 1, 2).write(at("tree"), 1, 1);
    for (int r = 0; r < 2; r++) {
      String name = "decoder.layers.0.self_attention.linear_proj.weight";
      Tensor whole = WEIGHTS.get("model.layers.0.self_attn.o_proj.weight");
      rewrite(root, r, name, List.of(whole.rows(3L * r, 3)));
    }
    refused(root, "enable_parallel_optimizer", "unified_safetensors");
  }

  @Test
  void whatBelongsToNoModel() {
    Path root = new MindFormersTree(WEIGHTS, 1, 1, 1).write(at("tree"), 1, 1);
    rewrite(
        root,
        0,
        "decoder.layers.0.self_attention.linear_qkv.adapter.weight",
        List.of(TinyWeights.floats(Shape.of(1), 1)));
    refused(root, "linear_qkv.adapter.weight is not part of the model");
  }

  @Test
  void aDamagedMeta() throws IOException {
    Path root = tree().write(at("tree"), 1, 1);
    Path meta = root.resolve("rank_0/meta.json");
    for (String text : List.of("", "[]", "{\"last_epoch\": 1", "{\"last_epoch\": -1}")) {
      Files.writeString(meta, text);
      refused(root, meta.toString());
    }
    Files.writeString(meta, "{\"last_epoch\": 1, \"last_step\": 99999999999}");
    refused(root, "last_step is 99999999999, not a count");
  }

  @Test
  void aTornFileIsNotRead() throws IOException {
    Path root = tree().write(at("tree"), 1, 1);
    Path file = tree().file(root, 2, 1, 1);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    refused(root, file.toString());
  }

  private MindFormersTree tree() {
    return new MindFormersTree(WEIGHTS, 2, 1, 2);
  }

  private void older(int epoch, int step) {
    new MindFormersTree(OLDER, 2, 1, 2).write(at("tree"), epoch, step);
  }

  private Path at(String name) {
    return folder.resolve(name);
  }

  private static Map<String, String> contents(Path root) {
    try (TensorSource source = MindFormersWeights.open(root, WEIGHTS.config())) {
      return TinyWeights.contents(source);
    }
  }

  /** Writes a rank's file again with another tensor, or none, in the place of one. */
  private static void rewrite(Path root, int rank, String name, List<Tensor> instead) {
    MindFormersTree tree = new MindFormersTree(WEIGHTS, 2, 1, 1);
    Path file = tree.file(root, rank, 1, 1);
    Map<String, Tensor> tensors = new TreeMap<>();
    try (SafetensorsFile old = SafetensorsFile.open(file)) {
      for (TensorEntry entry : old.entries().values()) {
        Tensor copy = new PlainArena().allocate(DType.F32, entry.shape().toArray());
        old.read(entry.name(), copy);
        tensors.put(entry.name(), copy);
      }
    }
    tensors.remove(name);
    instead.forEach(tensor -> tensors.put(name, tensor));
    PlainSafetensors.write(file, tensors, Map.of());
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static void refused(Path root, String... parts) {
    assertThatThrownBy(() -> MindFormersWeights.open(root, WEIGHTS.config()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts);
  }
}
