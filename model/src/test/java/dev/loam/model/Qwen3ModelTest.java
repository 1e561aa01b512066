// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Parameter;
import dev.loam.testkit.GoldenTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Qwen3ModelTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ComputeLease lease;

  @BeforeEach
  void lease() {
    lease = Engine.named("torch").lease(1);
  }

  @AfterEach
  void giveBack() {
    lease.close();
  }

  private Qwen3Model allocate(boolean tied) {
    return Qwen3Model.allocate(lease, config(tied), 4);
  }

  private static Qwen3Config config(boolean tied) {
    return new Qwen3Config(11, 6, 10, 2, 4, 2, 4, 16, 1e4, 1e-6, 0.02, tied, SpecialTokens.none());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void savedThenLoadedIsTheSameToTheBit(boolean tied) {
    try (Qwen3Model model = allocate(tied)) {
      model.initialize(1);
      model.save(folder, WeightType.FLOAT32);
      try (Qwen3Model loaded = Qwen3Model.open(lease, folder, 2)) {
        assertThat(loaded.config()).isEqualTo(model.config());
        same(loaded, model);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void filesHoldHuggingFacesNames(boolean tied) {
    try (Qwen3Model model = allocate(tied)) {
      model.initialize(1);
      model.save(folder, WeightType.FLOAT32);
    }
    GoldenTensors file = new GoldenTensors(folder.resolve("model.safetensors"));
    List<String> names = new ArrayList<>(List.of("model.embed_tokens.weight", "model.norm.weight"));
    for (int i = 0; i < 2; i++) {
      for (String name :
          List.of(
              "input_layernorm",
              "mlp.down_proj",
              "mlp.gate_proj",
              "mlp.up_proj",
              "post_attention_layernorm",
              "self_attn.k_norm",
              "self_attn.k_proj",
              "self_attn.o_proj",
              "self_attn.q_norm",
              "self_attn.q_proj",
              "self_attn.v_proj")) {
        names.add("model.layers." + i + "." + name + ".weight");
      }
    }
    if (!tied) {
      names.add("lm_head.weight");
    }
    assertThat(file.names()).containsExactlyInAnyOrderElementsOf(names);
    assertThat(file.shape("model.layers.1.self_attn.q_proj.weight")).containsExactly(16, 6);
    assertThat(file.shape("model.layers.1.self_attn.k_proj.weight")).containsExactly(8, 6);
    assertThat(file.shape("model.layers.1.self_attn.o_proj.weight")).containsExactly(6, 16);
    assertThat(file.shape("model.layers.1.mlp.up_proj.weight")).containsExactly(10, 6);
  }

  @Test
  void bfloat16IsRoundedToTheNearest() {
    try (Qwen3Model model = allocate(false)) {
      model.initialize(1);
      model.save(folder, WeightType.BFLOAT16);
      try (Qwen3Model loaded = Qwen3Model.open(lease, folder, 2)) {
        for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
          float[] exact = entry.getValue().value().toFloats();
          float[] rounded = floats(loaded, entry.getKey());
          for (int i = 0; i < exact.length; i++) {
            int bits = Float.floatToIntBits(exact[i]);
            int even = (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000;
            assertThat(Float.floatToIntBits(rounded[i])).isEqualTo(even);
          }
        }
      }
    }
  }

  @Test
  void initializationDependsOnTheSeedAndSetsNormsToOne() {
    try (Qwen3Model one = allocate(false);
        Qwen3Model same = allocate(false);
        Qwen3Model other = allocate(false)) {
      one.initialize(1);
      same.initialize(1);
      other.initialize(2);
      same(same, one);
      one.parameters()
          .forEach(
              (name, parameter) -> {
                if (name.contains("norm")) {
                  assertThat(parameter.value().toFloats()).containsOnly(1);
                  assertThat(parameter.decayed()).isFalse();
                } else {
                  assertThat(parameter.value().toFloats()).isNotEqualTo(floats(other, name));
                  assertThat(parameter.decayed()).isTrue();
                }
              });
    }
  }

  @Test
  void aTiedFolderMayStoreItsHeadAsWell() {
    try (Qwen3Model model = allocate(true)) {
      model.initialize(1);
      model.save(folder, WeightType.FLOAT32);
      List<NamedTensor> tensors = tensors(model);
      tensors.add(
          NamedTensor.of("lm_head.weight", parameter(model, "model.embed_tokens.weight").value()));
      write(tensors);
      try (Qwen3Model loaded = Qwen3Model.open(lease, folder, 2)) {
        same(loaded, model);
      }
    }
  }

  @Test
  void allThatIsWrongWithAFolderInOneMessage() {
    try (Qwen3Model model = allocate(false)) {
      model.initialize(1);
      model.save(folder, WeightType.FLOAT32);
      List<NamedTensor> tensors = tensors(model);
      tensors.removeIf(t -> t.name().equals("lm_head.weight"));
      tensors.removeIf(t -> t.name().equals("model.layers.0.mlp.up_proj.weight"));
      tensors.removeIf(t -> t.name().equals("model.norm.weight"));
      Tensor five = model.arena().allocate(DType.F32, 5);
      tensors.add(NamedTensor.of("model.norm.weight", five));
      tensors.add(NamedTensor.of("model.layers.2.mlp.up_proj.weight", five));
      tensors.add(NamedTensor.of("model.layers.0.self_attn.rotary_emb.inv_freq", five));
      write(tensors);
      assertThatThrownBy(() -> Qwen3Model.open(lease, folder, 2))
          .isInstanceOf(ModelConfigException.class)
          .hasMessageContainingAll(
              folder + ": 4 problems",
              "missing tensor lm_head.weight",
              "missing tensor model.layers.0.mlp.up_proj.weight",
              "model.norm.weight has shape [5], config.json asks for [6]",
              "tensor model.layers.2.mlp.up_proj.weight is not part of the model");
    }
  }

  @Test
  void aClosedModelIsGone() {
    Qwen3Model model = allocate(true);
    model.initialize(1);
    assertThat(model.arena().allocatedBytes()).isGreaterThan(4 * config(true).parameterCount());
    Tensor norm = parameter(model, "model.norm.weight").value();
    model.close();
    model.close();
    assertThatThrownBy(norm::toFloats).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> model.arena().allocate(DType.F32, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> model.save(folder, WeightType.FLOAT32))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aHeadNeedsRowsToWorkOn() {
    assertThatThrownBy(() -> Qwen3Model.allocate(lease, config(true), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  private void write(List<NamedTensor> tensors) {
    SafetensorsWriter.write(
        folder.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
  }

  private static List<NamedTensor> tensors(Qwen3Model model) {
    List<NamedTensor> tensors = new ArrayList<>();
    model.parameters().forEach((name, p) -> tensors.add(NamedTensor.of(name, p.value())));
    return tensors;
  }

  private static Parameter parameter(Qwen3Model model, String name) {
    Parameter parameter = model.parameters().get(name);
    if (parameter == null) {
      throw new IllegalArgumentException("no parameter " + name);
    }
    return parameter;
  }

  private static float[] floats(Qwen3Model model, String name) {
    return parameter(model, name).value().toFloats();
  }

  private static void same(Qwen3Model actual, Qwen3Model expected) {
    assertThat(actual.parameters().keySet()).isEqualTo(expected.parameters().keySet());
    expected
        .parameters()
        .forEach(
            (name, parameter) ->
                assertThat(floats(actual, name)).as(name).isEqualTo(parameter.value().toFloats()));
  }
}
