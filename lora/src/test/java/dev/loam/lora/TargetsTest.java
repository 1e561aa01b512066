// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which layers of a model of two layers are meant. */
class TargetsTest {
  private static final LoraModules MODEL =
      new LoraModules(
          new Qwen3Config(
              24,
              6,
              10,
              2,
              4,
              2,
              4,
              32,
              1e6,
              1e-6,
              0.02,
              true,
              new SpecialTokens(OptionalInt.empty(), List.of())));
  private static final String ALL_LINEAR =
      "q_proj k_proj v_proj o_proj gate_proj up_proj down_proj";
  private static final String SEED =
      ".*word_embeddings|.*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2";

  @Test
  void shapesAreThoseOfTheWeights() {
    assertThat(MODEL.find("model.layers.1.self_attn.k_proj"))
        .contains(new LoraModule("model.layers.1.self_attn.k_proj", LoraModule.Kind.LINEAR, 8, 6));
    assertThat(MODEL.find("model.embed_tokens"))
        .contains(new LoraModule("model.embed_tokens", LoraModule.Kind.EMBEDDING, 6, 24));
    assertThat(MODEL.find("lm_head"))
        .contains(new LoraModule("lm_head", LoraModule.Kind.HEAD, 24, 6));
    assertThat(MODEL.all()).hasSize(2 + 2 * 7);
  }

  @Test
  void endsOfPathsBeginAfterADot() {
    assertThat(names(PeftTargets.of(List.of("q_proj", "embed_tokens"))))
        .containsExactly(
            "model.embed_tokens",
            "model.layers.0.self_attn.q_proj",
            "model.layers.1.self_attn.q_proj");
    assertThat(names(PeftTargets.of(List.of("1.self_attn.q_proj"))))
        .containsExactly("model.layers.1.self_attn.q_proj");
    refused(PeftTargets.of(List.of("q_proj", "proj")), "'proj' matches no layer");
    refused(PeftTargets.of(List.of("linear_qkv")), "possible are embed_tokens, q_proj, k_proj");
  }

  @Test
  void aListOfLayersAndExceptions() {
    ModuleNames list = new ModuleNames.Listed(List.of("q_proj", "model.layers.0.mlp.up_proj"));
    assertThat(names(new PeftTargets(list, Optional.empty(), List.of(1))))
        .as("a whole path counts in any layer")
        .containsExactly("model.layers.0.mlp.up_proj", "model.layers.1.self_attn.q_proj");
    assertThat(names(new PeftTargets(list, Optional.of(ModuleNames.parse(".*1.*")), List.of())))
        .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.0.mlp.up_proj");
    assertThatThrownBy(() -> new PeftTargets(ModuleNames.parse("a"), Optional.empty(), List.of(1)))
        .isInstanceOf(LoraTargetException.class);
  }

  @Test
  void anExpressionMeansWholePaths() {
    assertThat(names(PeftTargets.of(ModuleNames.parse(".*0.*\\.(q|k)_proj"))))
        .containsExactly("model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.k_proj");
    refused(PeftTargets.of(ModuleNames.parse("q_proj")), "'q_proj' matches no layer");
    refused(PeftTargets.of(ModuleNames.parse(".*[nm].*_proj|.*norm")), "neither a linear layer");
    refused(PeftTargets.of(ModuleNames.parse(".*")), "includes the head");
    assertThat(names(PeftTargets.of(ModuleNames.parse("All-Linear")))).hasSize(14);
  }

  @Test
  void theSeedsTargetsAreFusedAndHaveTheEmbedding() {
    LoraTargets targets = PetTargets.parse(SEED, List.of(), false);
    assertThat(targets.fused()).isTrue();
    assertThat(names(targets)).hasSize(15).contains("model.embed_tokens");
    assertThat(names(PetTargets.parse(SEED, List.of(), true)))
        .as("upstream leaves the embedding out")
        .hasSize(14)
        .doesNotContain("model.embed_tokens");
    assertThat(names(PetTargets.parse(SEED, List.of("linear_fc", "word"), false))).hasSize(8);
    refused(new MindFormersTargets("output_layer", List.of(), false), "includes the head");
    refused(new MindFormersTargets("q_proj", List.of(), false), "linear_qkv, linear_proj");
  }

  @ParameterizedTest
  @CsvSource({
    "linear_q, true, q_proj k_proj v_proj",
    "qkv, false, ",
    "q_proj|k_proj, false, q_proj k_proj",
    ".*q_proj|.*k_proj, false, q_proj k_proj",
    ".*mlp.*, false, ",
    ".*mlp\\..*_proj, false, gate_proj up_proj down_proj",
    ".*linear.*, true, " + ALL_LINEAR,
    "all-linear, false, " + ALL_LINEAR,
  })
  void namesOfEitherKind(String text, boolean fused, String expected) {
    LoraTargets targets = PetTargets.parse(text, List.of(), false);
    assertThat(targets.fused()).isEqualTo(fused);
    if (expected == null) {
      assertThatThrownBy(() -> MODEL.select(targets)).isInstanceOf(LoraTargetException.class);
    } else {
      assertThat(MODEL.select(targets).stream().map(LoraModule::ownName).distinct())
          .containsExactly(expected.split(" ", -1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear_fc1", "up_proj|gate_proj"})
  void exceptionsInEitherKind(String excluded) {
    assertThat(names(PetTargets.parse("all-linear", List.of(excluded), false))).hasSize(10);
  }

  @Test
  void listsOfEitherKind() {
    assertThat(PetTargets.parse(List.of("q_proj", "up_proj"), List.of(), false))
        .isEqualTo(PeftTargets.of(List.of("q_proj", "up_proj")));
    LoraTargets fused = PetTargets.parse(List.of("linear_qkv", "linear_fc2"), List.of(), false);
    assertThat(fused.fused()).isTrue();
    assertThat(names(fused)).hasSize(8);
  }

  private static List<String> names(LoraTargets targets) {
    return MODEL.select(targets).stream().map(LoraModule::name).toList();
  }

  private static void refused(LoraTargets targets, String message) {
    assertThatThrownBy(() -> MODEL.select(targets))
        .isInstanceOf(LoraTargetException.class)
        .hasMessageContaining(message);
  }
}
