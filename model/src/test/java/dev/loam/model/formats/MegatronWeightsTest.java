// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFolder;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read again, and lies where Megatron looks for it. */
class MegatronWeightsTest {
  @TempDir Path folder;

  /** Grouped heads, a remainder of layers, a vocabulary that few numbers divide. */
  static Qwen3Config config(boolean tied, int vocabulary) {
    return new Qwen3Config(
        vocabulary, 6, 12, 5, 8, 4, 4, 32, 1e6, 1e-6, 0.02, tied, SpecialTokens.none());
  }

  /** Every layout, tied and not; types and vocabularies take turns but for the full matrix. */
  static Stream<Arguments> layouts() {
    List<Arguments> all = new ArrayList<>();
    for (int tp : List.of(1, 2, 4)) {
      for (int pp : List.of(1, 2, 4)) {
        for (int kind = 0; kind < 8; kind++) {
          if (TestData.full() || kind / 2 == (tp / 2 + pp) % 4) {
            DType dtype = kind / 4 == 0 ? DType.F32 : DType.BF16;
            all.add(Arguments.of(tp, pp, kind % 2 == 0, kind / 2 % 2 == 0 ? 21 : 24, dtype));
          }
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void whatIsWrittenIsRead(int tp, int pp, boolean tied, int vocabulary, DType dtype)
      throws IOException {
    TinyWeights weights = TinyWeights.random(config(tied, vocabulary), dtype);
    MegatronTree tree = MegatronTree.write(folder, weights, tp, pp);
    try (TensorSource read = MegatronWeights.open(tree.folder(), weights.config())) {
      assertThat(TinyWeights.contents(read)).isEqualTo(weights.contents());
      assertThat(read.names())
          .containsExactlyElementsOf(
              new ParameterCatalog(weights.config())
                  .entries().stream().map(ParameterCatalog.Entry::name).toList());
    }
    try (Stream<Path> ranks = Files.list(tree.iteration())) {
      assertThat(ranks).hasSize(tp * pp);
    }
    String last = pp == 1 ? "mp_rank_0" + (tp - 1) : "mp_rank_0" + (tp - 1) + "_00" + (pp - 1);
    assertThat(tree.file(last)).isRegularFile();
    assertThat(tree.folder().resolve("latest_checkpointed_iteration.txt")).hasContent("1");
  }

  @Test
  void anySliceIsCutOutOfTheWhole() {
    TinyWeights weights = TinyWeights.random(config(false, 21), DType.F32);
    MegatronTree tree = MegatronTree.write(folder, weights, 4, 2);
    SplittableRandom random = new SplittableRandom(3);
    try (TensorSource read = MegatronWeights.open(tree.iteration(), weights.config())) {
      for (ParameterCatalog.Entry entry : new ParameterCatalog(weights.config()).entries()) {
        for (int i = 0; i < 20; i++) {
          Slice slice = slice(random, entry.shape());
          assertThat(TinyWeights.read(read, entry.name(), slice).toFloats())
              .as("%s %s", entry.name(), slice)
              .containsExactly(cut(weights.get(entry.name()), slice));
        }
      }
    }
  }

  private static Slice slice(SplittableRandom random, Shape shape) {
    long[] start = new long[shape.rank()];
    long[] size = new long[shape.rank()];
    for (int d = 0; d < start.length; d++) {
      start[d] = random.nextLong(shape.size(d) + 1);
      size[d] = random.nextLong(shape.size(d) - start[d] + 1);
    }
    return new Slice(Shape.of(start), Shape.of(size));
  }

  private static float[] cut(Tensor whole, Slice slice) {
    Tensor part = whole;
    for (int d = 0; d < whole.rank(); d++) {
      part = part.narrow(d, slice.start().size(d), slice.shape().size(d));
    }
    return part.toFloats();
  }

  @Test
  void rowsAreFusedByGroupsAndByRanks() {
    // 4 query heads in 2 groups, heads of 2 rows, 2 columns; every row of a tensor is its number.
    Qwen3Config config =
        new Qwen3Config(5, 2, 4, 1, 4, 2, 2, 8, 1e6, 1e-6, 0.02, false, SpecialTokens.none());
    TinyWeights weights = TinyWeights.random(config, DType.F32);
    String layer = "model.layers.0.";
    number(weights.get(layer + "self_attn.q_proj.weight"), 100);
    number(weights.get(layer + "self_attn.k_proj.weight"), 200);
    number(weights.get(layer + "self_attn.v_proj.weight"), 300);
    number(weights.get(layer + "mlp.gate_proj.weight"), 400);
    number(weights.get(layer + "mlp.up_proj.weight"), 500);
    number(weights.get("model.embed_tokens.weight"), 600);
    weights.get(layer + "mlp.down_proj.weight").set(0, 1, 2, 3, 4, 5, 6, 7);

    MegatronTree one = MegatronTree.write(folder.resolve("1"), weights, 1, 1);
    Map<String, Tensor> whole = one.stateDict("mp_rank_00");
    String to = "decoder.layers.0.";
    assertThat(rows(MegatronTree.of(whole, to + "self_attention.linear_qkv.weight")))
        .containsExactly(
            100, 101, 102, 103, 200, 201, 300, 301, 104, 105, 106, 107, 202, 203, 302, 303);
    assertThat(rows(MegatronTree.of(whole, to + "mlp.linear_fc1.weight")))
        .containsExactly(400, 401, 402, 403, 500, 501, 502, 503);

    MegatronTree two = MegatronTree.write(folder.resolve("2"), weights, 2, 1);
    Map<String, Tensor> second = two.stateDict("mp_rank_01");
    assertThat(rows(MegatronTree.of(second, to + "self_attention.linear_qkv.weight")))
        .containsExactly(104, 105, 106, 107, 202, 203, 302, 303);
    assertThat(rows(MegatronTree.of(second, to + "mlp.linear_fc1.weight")))
        .containsExactly(402, 403, 502, 503);
    assertThat(MegatronTree.of(second, to + "mlp.linear_fc2.weight").toFloats())
        .containsExactly(2, 3, 6, 7);
    assertThat(rows(MegatronTree.of(second, "embedding.word_embeddings.weight")))
        .as("the last row fills up")
        .containsExactly(603, 604, 604);
  }

  private static void number(Tensor matrix, int first) {
    double[] values = new double[(int) matrix.elements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = first + i / (int) matrix.size(1);
    }
    matrix.set(values);
  }

  private static List<Integer> rows(Tensor matrix) {
    List<Integer> first = new ArrayList<>();
    for (long row = 0; row < matrix.size(0); row++) {
      first.add((int) matrix.rows(row, 1).toFloats()[0]);
    }
    return first;
  }

  @Test
  void aTiedEmbeddingIsCopiedToTheLastOfSeveralStages() {
    TinyWeights weights = TinyWeights.counted(config(true, 21));
    MegatronTree one = MegatronTree.write(folder.resolve("1"), weights, 1, 1);
    assertThat(one.stateDict("mp_rank_00")).doesNotContainKey("output_layer.weight");
    MegatronTree three = MegatronTree.write(folder.resolve("3"), weights, 2, 3);
    float[] embedding =
        MegatronTree.of(three.stateDict("mp_rank_01_000"), "embedding.word_embeddings.weight")
            .toFloats();
    assertThat(three.stateDict("mp_rank_01_001"))
        .doesNotContainKeys("output_layer.weight", "decoder.final_layernorm.weight");
    assertThat(MegatronTree.of(three.stateDict("mp_rank_01_002"), "output_layer.weight").toFloats())
        .containsExactly(embedding);
    assertThat(three.stateDict("mp_rank_01_002"))
        .containsKey("decoder.layers.0.input_layernorm.weight")
        .doesNotContainKey("decoder.layers.1.input_layernorm.weight");
  }

  @Test
  void typesAreKeptOrConverted() {
    TinyWeights weights = TinyWeights.counted(config(false, 24));
    Path hf = weights.huggingFace(folder.resolve("hf"));
    Map<SafetensorsType, Map<String, String>> read = new HashMap<>();
    for (SafetensorsType type :
        List.of(SafetensorsType.F32, SafetensorsType.BF16, SafetensorsType.F16)) {
      Path to = folder.resolve(type.name());
      try (SafetensorsFolder source = SafetensorsFolder.open(hf)) {
        MegatronWeights.write(
            to, source, weights.config(), 2, 1, Optional.of(type), new PlainArena());
      }
      try (TensorSource source = MegatronWeights.open(to, weights.config())) {
        assertThat(source.type("model.norm.weight")).isEqualTo(type);
        assertThat(
                TinyWeights.read(source, "model.norm.weight", Slice.whole(Shape.of(6))).toFloats())
            .hasSize(6);
        read.put(type, TinyWeights.contents(source));
      }
    }
    assertThat(MegatronTree.of(read, SafetensorsType.F32)).isEqualTo(weights.contents());
    assertThat(MegatronTree.of(MegatronTree.of(read, SafetensorsType.BF16), "model.norm.weight"))
        .startsWith("BF16 [6] ");
  }

  @Test
  void scratchMemoryIsThatOfTheLargestTensor() {
    TinyWeights weights = TinyWeights.random(config(false, 21), DType.BF16);
    PlainArena arena = new PlainArena();
    try (SafetensorsFolder source =
        SafetensorsFolder.open(weights.huggingFace(folder.resolve("hf")))) {
      MegatronWeights.write(
          folder.resolve("m"), source, weights.config(), 2, 2, Optional.empty(), arena);
    }
    assertThat(arena.allocatedBytes()).as("linear_qkv of one rank").isEqualTo(2 * 32 * 6);
  }
}
