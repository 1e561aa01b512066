// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that Megatron writes in other ways, and those that are not in order. */
class MegatronOpenerTest {
  private static final String QKV = "decoder.layers.0.self_attention.linear_qkv.weight";

  @TempDir Path folder;

  private final Qwen3Config config = MegatronWeightsTest.config(false, 21);
  private final TinyWeights weights = TinyWeights.counted(config);

  private MegatronTree tree(int tp, int pp) {
    return MegatronTree.write(folder, weights, tp, pp);
  }

  private void assertRead(Path from) {
    try (TensorSource read = MegatronWeights.open(from, config)) {
      assertThat(TinyWeights.contents(read)).isEqualTo(weights.contents());
    }
  }

  private void assertRefused(Path from, String... messages) {
    assertThatThrownBy(() -> MegatronWeights.open(from, config))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(messages)
        .message()
        .startsWith(folder.toString());
  }

  @Test
  void anyFolderOfTheCheckpointWillDo() {
    MegatronTree tree = tree(2, 2);
    assertRead(tree.folder());
    assertRead(tree.iteration());
    assertThat(MegatronWeights.isMegatron(tree.folder())).isTrue();
    assertThat(MegatronWeights.isMegatron(tree.iteration())).isTrue();
    assertThat(MegatronWeights.isMegatron(folder.resolve("hf"))).isFalse();
    assertThat(MegatronWeights.isMegatron(folder.resolve("absent"))).isFalse();
  }

  @Test
  void aReleaseIsRead() throws IOException {
    MegatronTree tree = tree(1, 1);
    Files.move(tree.iteration(), tree.folder().resolve("release"));
    Files.writeString(tree.folder().resolve("latest_checkpointed_iteration.txt"), "release\n");
    assertRead(tree.folder());
  }

  @Test
  void aVocabularyMayBePaddedFurther() {
    MegatronTree tree = tree(2, 1);
    for (String name : List.of("embedding.word_embeddings.weight", "output_layer.weight")) {
      Tensor all = PlainTensors.zeros(64, 6);
      copy(MegatronTree.of(tree.stateDict("mp_rank_00"), name), all.rows(0, 11));
      copy(MegatronTree.of(tree.stateDict("mp_rank_01"), name).rows(0, 10), all.rows(11, 10));
      tree.change("mp_rank_00", dict -> dict.put(name, all.rows(0, 32)));
      tree.change("mp_rank_01", dict -> dict.put(name, all.rows(32, 32)));
    }
    assertRead(tree.folder());
  }

  private static void copy(Tensor from, Tensor to) {
    to.set(from.toFloats());
  }

  @Test
  void virtualStagesAreRead() {
    MegatronTree four = tree(2, 4);
    Path interleaved = folder.resolve("interleaved/iter_0000007");
    for (String rank : List.of("00", "01")) {
      for (int stage = 0; stage < 2; stage++) {
        Map<String, Map<String, Tensor>> chunks = new LinkedHashMap<>();
        chunks.put("model0", four.stateDict("mp_rank_" + rank + "_00" + stage));
        chunks.put("model1", four.stateDict("mp_rank_" + rank + "_00" + (2 + stage)));
        Path file = interleaved.resolve("mp_rank_" + rank + "_00" + stage + "/model_optim_rng.pt");
        assertThat(file.resolveSibling(".").normalize().toFile().mkdirs()).isTrue();
        MegatronTree.write(file, chunks, 3.0);
      }
    }
    assertRead(interleaved);
  }

  @Test
  void ofReplicasTheFirstIsRead() {
    MegatronTree tree = tree(2, 1);
    tree.change(
        "mp_rank_01", dict -> dict.put("decoder.final_layernorm.weight", PlainTensors.zeros(6)));
    assertRead(tree.folder());
  }

  @Test
  void layersMayBeDividedUnevenly() {
    MegatronTree four = tree(1, 4);
    Map<String, Tensor> last = four.stateDict("mp_rank_00_003");
    Map<String, Tensor> moved = new TreeMap<>();
    four.stateDict("mp_rank_00_002").forEach((name, tensor) -> moved.put(name, tensor));
    last.forEach(
        (name, tensor) ->
            moved.put(name.replace("decoder.layers.0.", "decoder.layers.1."), tensor));
    four.change(
        "mp_rank_00_003",
        dict -> dict.keySet().removeIf(name -> name.startsWith("decoder.layers.")));
    four.change(
        "mp_rank_00_002",
        dict ->
            moved.forEach(
                (name, tensor) -> {
                  if (name.startsWith("decoder.layers.")) {
                    dict.put(name, tensor);
                  }
                }));
    assertRead(four.folder());
  }

  @Test
  void fusedNormsAndWrappedModelsAreRead() {
    MegatronTree tree = tree(1, 1);
    tree.change(
        "mp_rank_00",
        dict -> {
          Map<String, Tensor> renamed = new LinkedHashMap<>();
          dict.forEach(
              (name, tensor) ->
                  renamed.put(
                      "module."
                          + name.replace(
                                  ".input_layernorm.weight",
                                  ".self_attention.linear_qkv.layer_norm_weight")
                              .replace(
                                  ".pre_mlp_layernorm.weight", ".mlp.linear_fc1.layer_norm_weight"),
                      tensor));
          renamed.put(QKV.replace("weight", "_extra_state"), PlainTensors.zeros(3));
          renamed.put("rotary_pos_emb.inv_freq", PlainTensors.zeros(2));
          dict.clear();
          dict.putAll(renamed);
        });
    assertThat(tree.stateDict("mp_rank_00")).doesNotContainKey(QKV);
    assertRead(tree.folder());
  }

  @Test
  void allDifferencesAreToldAtOnce() {
    MegatronTree tree = tree(2, 2);
    tree.change(
        "mp_rank_01_000",
        dict -> {
          dict.remove("decoder.layers.1.mlp.linear_fc1.weight");
          dict.put(QKV, PlainTensors.zeros(15, 6));
          dict.put("decoder.layers.0.self_attention.linear_qkv.bias", PlainTensors.zeros(16));
          dict.put("evil\n\u001b[31m", PlainTensors.zeros(1));
        });
    tree.change("mp_rank_00_001", dict -> dict.remove("output_layer.weight"));
    Path first = tree.file("mp_rank_01_000");
    assertRefused(
        tree.folder(),
        "5 problems",
        first + ": tensor decoder.layers.1.mlp.linear_fc1.weight of shape [12, 6] is missing",
        first + ": tensor " + QKV + " has shape [15, 6], expected [32, 6]",
        first + ": tensor 'decoder.layers.0.self_attention.linear_qkv.bias' is not part of",
        first + ": tensor 'evil\\u000a\\u001b[31m' is not part of the model",
        tree.file("mp_rank_00_001") + ": tensor output_layer.weight of shape [11, 6] is missing",
        "check that config.json belongs to this checkpoint");
  }

  @Test
  void anotherNumberOfLayersIsRefused() {
    MegatronTree tree = tree(1, 2);
    tree.change(
        "mp_rank_00_001",
        dict -> dict.put("decoder.layers.7.input_layernorm.weight", PlainTensors.zeros(6)));
    assertRefused(tree.folder(), "the stages have [3, 8] layers, 11 in all, config.json has 5");
  }

  @Test
  void anotherVersionIsRefused() {
    MegatronTree tree = tree(1, 1);
    MegatronTree.write(tree.file("mp_rank_00"), Map.of("model", tree.stateDict("mp_rank_00")), 2.0);
    assertRefused(tree.folder(), "has checkpoint_version 2.0, known is 3.0");
  }

  @Test
  void otherModelsAreRefused() {
    MegatronTree tree = tree(1, 1);
    Path file = tree.file("mp_rank_00");
    MegatronTree.write(file, Map.of("optimizer", Map.of()), 3.0);
    assertRefused(tree.folder(), file + " has no state dict 'model'");
    MegatronTree.write(file, Map.of("model", Map.of("language_model", PlainTensors.zeros(1))), 3.0);
    assertRefused(tree.folder(), file + " has a model from before Megatron-core");
    MegatronTree.write(
        file, Map.of("model0", Map.of(), "model1", Map.of(), "model3", Map.of()), 3.0);
    assertRefused(tree.folder(), "the stages have [0, 0] layers, 0 in all");
  }

  @Test
  void argumentsThatDisagreeAboutTyingAreRefused() throws IOException {
    MegatronTree tree = tree(1, 1);
    String pickle =
        "\u0080\u0002}(X\4\0\0\0args"
            + "cargparse\nNamespace\n)\u0081}X#\0\0\0untie_embeddings_and_output_weights\u0089sb"
            + "X\5\0\0\0model}u.";
    Files.write(tree.file("mp_rank_00"), archive(pickle.getBytes(StandardCharsets.ISO_8859_1)));
    assertRefused(
        tree.folder(),
        "has untie_embeddings_and_output_weights false, config.json has tie_word_embeddings false");
  }

  private static byte[] archive(byte[] pickle) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      ZipEntry entry = new ZipEntry("x/data.pkl");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(pickle.length);
      CRC32 checksum = new CRC32();
      checksum.update(pickle);
      entry.setCrc(checksum.getValue());
      zip.putNextEntry(entry);
      zip.write(pickle);
    }
    return out.toByteArray();
  }

  @Test
  void damagedAndMissingFilesAreToldTogether() throws IOException {
    MegatronTree tree = tree(2, 1);
    Path first = tree.file("mp_rank_00");
    Files.write(first, Arrays.copyOf(Files.readAllBytes(first), 1000));
    Files.delete(tree.file("mp_rank_01"));
    assertRefused(
        tree.folder(),
        "2 problems",
        first + ": the zip archive is damaged",
        tree.file("mp_rank_01") + ": is not there");
  }

  @Test
  void partsOfDifferentTypesAreRefused() {
    MegatronTree tree = tree(2, 1);
    tree.change(
        "mp_rank_01", dict -> dict.computeIfPresent(QKV, (name, t) -> PlainTensors.doubles(32, 6)));
    assertRefused(
        tree.folder(),
        "the parts of model.layers.0.self_attn.q_proj.weight have different types, [F32, F64]");
  }

  @Test
  void foldersThatAreNotInOrderAreRefused() throws IOException {
    MegatronTree tree = tree(2, 2);
    Path hint = tree.folder().resolve("latest_checkpointed_iteration.txt");
    Files.writeString(hint, "../../etc");
    assertRefused(tree.folder(), "holds '../../etc', not the number of an iteration");
    Files.writeString(hint, "2");
    assertRefused(tree.folder(), "names iter_0000002, which is no folder here");
    assertRefused(folder, "holds neither mp_rank_* folders nor latest_checkpointed_iteration.txt");
    assertRefused(folder.resolve("absent"), "is no folder");

    Path distributed = Files.createDirectories(tree.folder().resolve("iter_0000002"));
    Files.createFile(distributed.resolve(".metadata"));
    assertRefused(tree.folder(), "distributed checkpoint; save it with --ckpt-format torch");

    Path extra = Files.createDirectory(tree.iteration().resolve("mp_rank_00_000_001"));
    assertRefused(tree.iteration(), "mp_rank_00_000_001: is no folder of a dense model");
    Files.delete(extra);
    Path far = Files.createDirectory(tree.iteration().resolve("mp_rank_99999_999"));
    assertRefused(
        tree.iteration(), "100000 tensor-parallel ranks and 1000 stages, but none of rank 2");
    Files.delete(far);
    Files.move(tree.iteration().resolve("mp_rank_01_001"), folder.resolve("away"));
    assertRefused(tree.iteration(), "but none of rank 1 in stage 1");
  }

  @Test
  void theModelMustBeDivisibleSo() throws IOException {
    MegatronTree tree = tree(2, 1);
    Files.move(tree.file("mp_rank_00").getParent(), tree.iteration().resolve("mp_rank_02"));
    Files.createDirectory(tree.iteration().resolve("mp_rank_00"));
    assertRefused(tree.folder(), "tensor parallel 3 does not divide the 8 attention heads");
  }

  @Test
  void whatIsWrongWithWritingIsSaidBefore() {
    TinyWeights lacking = new TinyWeights(config, new LinkedHashMap<>(weights.tensors()));
    lacking.tensors().remove("model.norm.weight");
    lacking.tensors().remove("lm_head.weight");
    try (SafetensorsFolder good = SafetensorsFolder.open(weights.huggingFace(folder.resolve("a")));
        SafetensorsFolder bad = SafetensorsFolder.open(lacking.huggingFace(folder.resolve("b")))) {
      Path to = folder.resolve("to");
      assertWriteRefused(to, good, 3, 1, "tensor parallel 3 does not divide the 8 attention heads");
      assertWriteRefused(to, good, 1, 6, "5 layers cannot fill 6 pipeline stages");
      assertWriteRefused(to, good, 0, 1, "tensor parallel 0: must be");
      assertWriteRefused(
          to, bad, 1, 1, "missing tensor model.norm.weight", "missing tensor lm_head.weight");
      assertThat(to).doesNotExist();
      tree(1, 1);
      assertWriteRefused(folder.resolve("megatron"), good, 1, 1, "already exists");
    }
  }

  private void assertWriteRefused(
      Path to, TensorSource source, int tp, int pp, String... messages) {
    assertThatThrownBy(
            () ->
                MegatronWeights.write(
                    to, source, config, tp, pp, Optional.empty(), new PlainArena()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(messages);
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    try (TensorSource read = MegatronWeights.open(tree(1, 1).folder(), config)) {
      assertThat(read.description()).endsWith("iter_0000001");
      assertThatThrownBy(() -> read.shape("a\nb"))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("holds no tensor 'a\\u000ab' among its 58");
      Slice slice = new Slice(Shape.of(5), Shape.of(2));
      assertThatThrownBy(
              () -> read.read("model.norm.weight", slice, new PlainArena().allocate(DType.F32, 2)))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("model.norm.weight of shape [6] has no slice of shape [2] at [5]");
    }
  }

  /** Tensors of zeros. */
  private static final class PlainTensors {
    static Tensor zeros(long... shape) {
      Tensor tensor = new PlainArena().allocate(DType.F32, shape);
      return tensor.set(new float[(int) tensor.elements()]);
    }

    static Tensor doubles(long... shape) {
      Tensor tensor = new PlainArena().allocate(DType.F64, shape);
      return tensor.set(new double[(int) tensor.elements()]);
    }
  }
}
