// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tensor.Bf16;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that Transformers wrote: read, compared with one another, and written again. */
class GoldenFolderTest {
  /** The order of a Qwen3 model's parameters, which decides what a shard holds. */
  private static final List<String> LAYER =
      List.of(
          "self_attn.q_proj",
          "self_attn.k_proj",
          "self_attn.v_proj",
          "self_attn.o_proj",
          "self_attn.q_norm",
          "self_attn.k_norm",
          "mlp.gate_proj",
          "mlp.up_proj",
          "mlp.down_proj",
          "input_layernorm",
          "post_attention_layernorm");

  private static Path golden = Path.of("");
  @TempDir Path folder;

  @BeforeAll
  static void unpack() {
    golden = TestData.golden("01-model-a-tied");
  }

  private static List<NamedTensor> read(String folder, SafetensorsType type) {
    List<String> names = new ArrayList<>(List.of("model.embed_tokens.weight"));
    for (int layer = 0; layer < 4; layer++) {
      for (String part : LAYER) {
        names.add("model.layers." + layer + "." + part + ".weight");
      }
    }
    names.add("model.norm.weight");
    List<NamedTensor> tensors = new ArrayList<>();
    try (SafetensorsFolder model = SafetensorsFolder.open(golden.resolve(folder))) {
      assertThat(model.names()).containsExactlyInAnyOrderElementsOf(names);
      for (String name : names) {
        Tensor tensor = Samples.tensor(DType.F32, model.entry(name).shape().toArray());
        model.read(name, tensor);
        tensors.add(NamedTensor.of(name, type, tensor));
      }
    }
    return tensors;
  }

  @Test
  void valuesAreThoseOfTheModel() {
    try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("hf/model.safetensors"))) {
      assertThat(file.path()).isEqualTo(golden.resolve("hf/model.safetensors"));
      assertThat(file.metadata()).containsOnlyKeys("format");
      Tensor norm = Samples.tensor(DType.F32, 64);
      file.read("model.norm.weight", norm);
      assertThat(norm.toFloats())
          .startsWith(2.933391f, 2.0365326f, 1.5545431f)
          .endsWith(2.1446986f);
    }
  }

  @Test
  void shardsHoldTheSameBits() {
    List<NamedTensor> single = read("hf", SafetensorsType.F32);
    List<NamedTensor> sharded = read("hf_sharded", SafetensorsType.F32);
    for (int i = 0; i < single.size(); i++) {
      assertThat(Samples.bytes(sharded.get(i).values()))
          .isEqualTo(Samples.bytes(single.get(i).values()));
    }
  }

  @Test
  void slicesArePartsOfTheWhole() {
    for (String name : List.of("hf", "hf_sharded", "hf_bf16")) {
      List<NamedTensor> tensors = read(name, SafetensorsType.F32);
      try (SafetensorsFolder model = SafetensorsFolder.open(golden.resolve(name))) {
        for (NamedTensor tensor : tensors) {
          Tensor expected = tensor.values();
          long[] middle = Arrays.stream(expected.shape().toArray()).map(n -> n / 2).toArray();
          for (int d = 0; d < middle.length; d++) {
            expected = expected.narrow(d, middle[d], expected.size(d) - middle[d]);
          }
          Tensor part = Samples.tensor(DType.F32, expected.shape().toArray());
          model.read(tensor.name(), new Slice(Shape.of(middle), expected.shape()), part);
          assertThat(part.toFloats()).as(tensor.name()).isEqualTo(expected.toFloats());
        }
      }
    }
  }

  @Test
  void bfloat16IsTheRoundedFloat() {
    List<NamedTensor> single = read("hf", SafetensorsType.F32);
    List<NamedTensor> rounded = read("hf_bf16", SafetensorsType.F32);
    for (int i = 0; i < single.size(); i++) {
      float[] expected = single.get(i).values().toFloats();
      for (int j = 0; j < expected.length; j++) {
        expected[j] = Bf16.widen(Bf16.round(expected[j]));
      }
      assertThat(rounded.get(i).values().toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void singleFileIsWrittenByteForByte() {
    ShardedWriter.write(folder, read("hf", SafetensorsType.F32), ShardSize.DEFAULT);
    assertSameFiles("hf", "model.safetensors");
  }

  @Test
  void bfloat16FileIsWrittenByteForByteFromFloats() {
    ShardedWriter.write(folder, read("hf", SafetensorsType.BF16), ShardSize.DEFAULT);
    assertSameFiles("hf_bf16", "model.safetensors");
  }

  @Test
  void shardsAndIndexAreWrittenByteForByte() {
    ShardedWriter.write(folder, read("hf", SafetensorsType.F32), ShardSize.parse("630KB"));
    assertSameFiles(
        "hf_sharded",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json");
  }

  @Test
  void tensorsInAnotherOrderAreFound() {
    try (SafetensorsFile file = SafetensorsFile.open(golden.resolve("golden.safetensors"))) {
      Tensor loss = Samples.tensor(DType.F64, 1);
      file.read("plain.loss", loss);
      JsonNode meta = TestData.json(golden.resolve("meta.json"));
      assertThat(loss.toDoubles()[0])
          .isEqualTo(meta.at("/results/plain/loss").doubleValue(), within(1e-12));
    }
  }

  private void assertSameFiles(String expected, String... names) {
    for (String name : names) {
      assertThat(Samples.read(folder.resolve(name)))
          .as(name)
          .isEqualTo(Samples.read(golden.resolve(expected).resolve(name)));
    }
    assertThat(folder).isDirectoryNotContaining(file -> !List.of(names).contains(name(file)));
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
