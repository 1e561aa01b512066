// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole tensors of MindSpore Transformers: where rows go, and which files are read. */
class MindFormersWeightsTest {
  private static final String LAYER = "model.layers.0.";
  private static final String QKV = "decoder.layers.0.self_attention.linear_qkv.weight";
  private static final String FC1 = "decoder.layers.0.mlp.linear_fc1.weight";
  private static final TinyWeights WEIGHTS = TinyWeights.counted(TinyWeights.config(false));

  @TempDir Path folder;

  /** Two columns; 4 query heads of size 2 for 2 key/value heads; 3 rows of gate and of up. */
  private static TinyWeights byHand() {
    Qwen3Config config =
        new Qwen3Config(3, 2, 3, 1, 4, 2, 2, 8, 1e4, 1e-6, 0.02, true, SpecialTokens.none());
    TinyWeights weights = TinyWeights.counted(config);
    weights
        .get(LAYER + "self_attn.q_proj.weight")
        .set(0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5);
    weights.get(LAYER + "self_attn.k_proj.weight").set(10, 10.5, 11, 11.5, 12, 12.5, 13, 13.5);
    weights.get(LAYER + "self_attn.v_proj.weight").set(20, 20.5, 21, 21.5, 22, 22.5, 23, 23.5);
    weights.get(LAYER + "mlp.gate_proj.weight").set(30, 30.5, 31, 31.5, 32, 32.5);
    weights.get(LAYER + "mlp.up_proj.weight").set(40, 40.5, 41, 41.5, 42, 42.5);
    return weights;
  }

  private static float[] rows(int... rows) {
    float[] values = new float[2 * rows.length];
    for (int i = 0; i < rows.length; i++) {
      values[2 * i] = rows[i];
      values[2 * i + 1] = rows[i] + 0.5f;
    }
    return values;
  }

  private static final float[] QKV_ROWS =
      rows(0, 1, 2, 3, 10, 11, 20, 21, 4, 5, 6, 7, 12, 13, 22, 23);
  private static final float[] FC1_ROWS = rows(30, 40, 31, 41, 32, 42);

  @Test
  void writesEachGroupOfHeadsTogetherAndGateAndUpInTurns() {
    TinyWeights weights = byHand();
    Path in = weights.huggingFace(folder.resolve("hf"));
    Path out =
        RoundTripTest.convert(
            in, ConversionTarget.of(WeightFormat.MINDFORMERS), folder.resolve("mf"));
    try (SafetensorsFile file = SafetensorsFile.open(out.resolve("part0.safetensors"))) {
      Tensor qkv = TinyWeights.floats(Shape.of(16, 2), new float[32]);
      file.read(QKV, qkv);
      assertThat(qkv.toFloats()).isEqualTo(QKV_ROWS);
      Tensor fc1 = TinyWeights.floats(Shape.of(6, 2), new float[12]);
      file.read(FC1, fc1);
      assertThat(fc1.toFloats()).isEqualTo(FC1_ROWS);
      assertThat(file.entries().keySet())
          .containsExactlyInAnyOrder(
              "embedding.word_embeddings.weight",
              "decoder.layers.0.input_layernorm.weight",
              QKV,
              "decoder.layers.0.self_attention.q_layernorm.weight",
              "decoder.layers.0.self_attention.k_layernorm.weight",
              "decoder.layers.0.self_attention.linear_proj.weight",
              "decoder.layers.0.pre_mlp_layernorm.weight",
              FC1,
              "decoder.layers.0.mlp.linear_fc2.weight",
              "decoder.final_layernorm.weight");
    }
  }

  @Test
  void readsThem() {
    TinyWeights weights = byHand();
    Map<String, Tensor> stored = MindFormersTree.whole(weights);
    stored.put(QKV, TinyWeights.floats(Shape.of(16, 2), QKV_ROWS));
    stored.put(FC1, TinyWeights.floats(Shape.of(6, 2), FC1_ROWS));
    PlainSafetensors.write(folder.resolve("any.safetensors"), stored, Map.of());
    try (TensorSource source = MindFormersWeights.open(folder, weights.config())) {
      assertThat(TinyWeights.contents(source)).isEqualTo(weights.contents());
    }
  }

  @Test
  void readsProjectionsThatAreNotFused() {
    Map<String, Tensor> stored = MindFormersTree.whole(WEIGHTS);
    for (int i = 0; i < 4; i++) {
      String to = "decoder.layers." + i + ".";
      String from = "model.layers." + i + ".";
      stored.remove(to + "self_attention.linear_qkv.weight");
      stored.remove(to + "mlp.linear_fc1.weight");
      for (String which : List.of("q", "k", "v")) {
        stored.put(
            to + "self_attention.linear_" + which + ".weight",
            WEIGHTS.get(from + "self_attn." + which + "_proj.weight"));
      }
      stored.put(to + "mlp.gating.weight", WEIGHTS.get(from + "mlp.gate_proj.weight"));
      stored.put(to + "mlp.hidden.weight", WEIGHTS.get(from + "mlp.up_proj.weight"));
    }
    PlainSafetensors.write(folder.resolve("any.safetensors"), stored, Map.of());
    assertThat(contents()).isEqualTo(WEIGHTS.contents());
    stored.put(FC1, MindFormersTree.whole(WEIGHTS).getOrDefault(FC1, stored.get(FC1)));
    PlainSafetensors.write(folder.resolve("any.safetensors"), stored, Map.of());
    refused("mlp.gating.weight is not part of the model"); // beside what it is fused into
  }

  @Test
  void readsSeveralFilesAndPassesOverTheOptimizer() throws IOException {
    writeParts("part0.safetensors", "part1.safetensors");
    Map<String, Tensor> counts = new TreeMap<>();
    counts.put("global_step", TinyWeights.floats(Shape.of(1), 7));
    counts.put("epoch_num", TinyWeights.floats(Shape.of(), 7));
    counts.put("adam_m." + FC1, TinyWeights.floats(Shape.of(1), 7));
    PlainSafetensors.write(folder.resolve("hyper_param.safetensors"), counts, Map.of());
    assertThat(MindFormersWeights.isMindFormers(folder)).isTrue();
    assertThat(contents()).isEqualTo(WEIGHTS.contents());
    String flat = map("part0.safetensors", "part1.safetensors");
    Files.writeString(folder.resolve("param_name_map.json"), flat);
    assertThat(contents()).isEqualTo(WEIGHTS.contents());
    Files.writeString(
        folder.resolve("param_name_map.json"),
        "{\"metadata\": {\"total_size\": 1}, \"weight_map\": " + flat + "}");
    assertThat(contents()).isEqualTo(WEIGHTS.contents());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../part1.safetensors",
        "/etc/passwd",
        "C:\\\\part1.safetensors",
        "\\\\\\\\host\\\\part1.safetensors",
        "a/../../part1.safetensors",
        "file:part1.safetensors",
        "part1.safetensors\\u0000",
        "param_name_map.json",
        "rank_0",
        "missing.safetensors",
        ""
      })
  void namesOfOtherPlacesInTheMapAreRefused(String name) throws IOException {
    writeParts("part0.safetensors", "part1.safetensors");
    Files.createDirectories(folder.resolve("sub.safetensors"));
    Files.writeString(folder.resolve("param_name_map.json"), map("part0.safetensors", name));
    refused("param_name_map.json gives tensor", "not the name of a .safetensors file");
  }

  @Test
  void aMapThatIsWrong() throws IOException {
    writeParts("part0.safetensors", "part1.safetensors");
    Path map = folder.resolve("param_name_map.json");
    Files.writeString(map, map("part1.safetensors", "part1.safetensors"));
    refused("is not in part1.safetensors, where param_name_map.json says it is");
    for (String text : List.of("", "[1]", "{\"a\": 1, \"a\": 2}", "{\"a\": 1}", "nul")) {
      Files.writeString(map, text);
      refused("param_name_map.json");
    }
    Files.writeString(map, "{\"a\":" + "[".repeat(100_000));
    refused("param_name_map.json");
  }

  @Test
  void aTensorInTwoFiles() {
    writeParts("part0.safetensors", "part1.safetensors");
    PlainSafetensors.write(
        folder.resolve("part2.safetensors"),
        Map.of("embedding.word_embeddings.weight", WEIGHTS.get("lm_head.weight")),
        Map.of());
    refused("tensor 'embedding.word_embeddings.weight' is in two files");
  }

  @Test
  void aLinkToAnotherFolder() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path weights = Files.createDirectory(folder.resolve("weights"));
    writeParts("weights/part0.safetensors", "elsewhere/part1.safetensors");
    Files.createSymbolicLink(
        weights.resolve("part1.safetensors"), elsewhere.resolve("part1.safetensors"));
    assertThatThrownBy(() -> MindFormersWeights.open(weights, WEIGHTS.config()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("part1.safetensors: is a link to", "outside the folder");
  }

  @Test
  void wrongShapesAndNamesAllAtOnce() {
    Map<String, Tensor> stored = MindFormersTree.whole(WEIGHTS);
    stored.remove("decoder.final_layernorm.weight");
    stored.put(FC1, TinyWeights.floats(Shape.of(1, 2), 1, 2));
    stored.put("decoder.layers.4.mlp.linear_fc1.weight", TinyWeights.floats(Shape.of(1), 1));
    PlainSafetensors.write(folder.resolve("any.safetensors"), stored, Map.of());
    refused(
        "3 problems",
        "missing tensor decoder.final_layernorm.weight",
        FC1 + " has shape [1, 2], config.json asks for [20, 6]",
        "decoder.layers.4.mlp.linear_fc1.weight is not part of the model");
  }

  @Test
  void writesAsManyFilesAsItTakes() throws IOException {
    try (TensorSource source =
        WeightFolder.open(WEIGHTS.huggingFace(folder.resolve("hf")), Optional.empty()).weights()) {
      Path out = Files.createDirectory(folder.resolve("mf"));
      new MindFormersWriter(source, WEIGHTS.config(), Optional.empty(), new PlainArena())
          .write(out, new ShardSize(2000));
      assertThat(out.resolve("part1.safetensors")).exists();
      try (TensorSource written = MindFormersWeights.open(out, WEIGHTS.config())) {
        assertThat(TinyWeights.contents(written)).isEqualTo(WEIGHTS.contents());
      }
    }
  }

  @Test
  void mixedTypesAreStoredInTheWider() {
    TinyWeights weights = TinyWeights.counted(TinyWeights.config(false));
    Map<String, Tensor> mixed = new LinkedHashMap<>(weights.tensors());
    Tensor up = weights.get(LAYER + "mlp.up_proj.weight");
    Tensor narrow = new PlainArena().allocate(DType.BF16, up.shape().toArray());
    narrow.set(new float[(int) up.elements()]);
    mixed.put(LAYER + "mlp.up_proj.weight", narrow);
    Path in = folder.resolve("hf");
    PlainSafetensors.write(in.resolve("model.safetensors"), mixed, Map.of());
    weights.config().write(in.resolve("config.json"), "float32");
    Path out =
        RoundTripTest.convert(
            in, ConversionTarget.of(WeightFormat.MINDFORMERS), folder.resolve("mf"));
    up.set(new float[(int) up.elements()]);
    try (TensorSource written = MindFormersWeights.open(out, weights.config())) {
      assertThat(TinyWeights.contents(written)).isEqualTo(weights.contents());
    }
  }

  private void writeParts(String first, String second) {
    Map<String, Tensor> a = new TreeMap<>(MindFormersTree.whole(WEIGHTS));
    Map<String, Tensor> b = new TreeMap<>(a);
    a.keySet().removeIf(name -> name.contains(".layers.1."));
    b.keySet().removeAll(a.keySet());
    PlainSafetensors.write(folder.resolve(first), a, Map.of());
    PlainSafetensors.write(folder.resolve(second), b, Map.of());
  }

  private static String map(String first, String second) {
    StringBuilder json = new StringBuilder("{");
    for (String name : MindFormersTree.whole(WEIGHTS).keySet()) {
      String file = name.contains(".layers.1.") ? second : first;
      json.append(json.length() > 1 ? ", " : "").append("\"%s\": \"%s\"".formatted(name, file));
    }
    return json.append("}").toString();
  }

  private Map<String, String> contents() {
    try (TensorSource source = MindFormersWeights.open(folder, WEIGHTS.config())) {
      return TinyWeights.contents(source);
    }
  }

  private void refused(String... parts) {
    assertThatThrownBy(() -> MindFormersWeights.open(folder, WEIGHTS.config()))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll(parts);
  }
}
