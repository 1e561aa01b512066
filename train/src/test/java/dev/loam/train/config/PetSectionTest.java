// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.lora.LoraInit;
import dev.loam.lora.LoraOptions;
import dev.loam.lora.MindFormersTargets;
import dev.loam.lora.PeftTargets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PetSectionTest {
  private static final String PET = "model.model_config.pet_config";

  @TempDir Path folder;

  private PetConfig read(String value) {
    Path file = new ConfigFiles(folder).write(ConfigFiles.MINIMAL);
    return TrainingConfig.resolve(file, Map.of(PET, value)).config().pet().orElseThrow();
  }

  @Test
  void defaultsAndValues() {
    assertThat(read("{pet_type: lora}"))
        .isEqualTo(
            new PetConfig(
                new LoraOptions(
                    8,
                    16,
                    0.01,
                    false,
                    new MindFormersTargets(
                        ".*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2", List.of(), false)),
                LoraInit.NORMAL,
                Optional.empty(),
                Optional.empty(),
                List.of("*"),
                List.of()));
    assertThat(
            read(
                "{lora_rank: 4, lora_alpha: 2.5, lora_dropout: 0, target_modules: [q_proj, v_proj],"
                    + " lora_b_init: zero, lora_a_init: he_uniform, use_rslora: True, lora_load: /a,"
                    + " freeze_include: ['*'], freeze_exclude: [c, d]}"))
        .isEqualTo(
            new PetConfig(
                new LoraOptions(4, 2.5, 0, true, PeftTargets.of(List.of("q_proj", "v_proj"))),
                LoraInit.HE_UNIFORM,
                Optional.empty(),
                Optional.of(Path.of("/a")),
                List.of("*"),
                List.of("c", "d")));
  }

  @Test
  void patternsOfParameters() {
    PetConfig config =
        read(
            "{freeze_include: ['*'], freeze_exclude: ['*final_layernorm*', '*.1.mlp.linear_fc1.*']}");
    assertThat(config.trains("model.norm.weight")).isTrue();
    assertThat(config.trains("model.layers.1.mlp.up_proj.weight")).isTrue();
    assertThat(config.trains("model.layers.0.mlp.up_proj.weight")).isFalse();
    assertThat(config.trains("model.embed_tokens.weight")).isFalse();
  }

  @Test
  void wrongValues() {
    new ConfigFiles(folder)
        .refused(
            ConfigFiles.MINIMAL,
            Map.of(
                PET,
                "{pet_type: ptuning2, lora_rank: 0, lora_alpha: 0, lora_dropout: 1,"
                    + " target_modules: '*', lora_a_init: zeros, lora_rnk: 1}"))
        .hasMessageContainingAll(
            "7 problems",
            PET + ".pet_type = ptuning2 is not available",
            PET + ".lora_rank must be from 1",
            PET + ".lora_alpha must be above 0, not 0.0",
            PET + ".lora_dropout must be from 0.0 to 0.999, not 1.0",
            PET + ".target_modules = *: ",
            PET + ".lora_a_init must be normal, he_uniform or kaiming_uniform, not 'zeros'",
            "unknown key " + PET + ".lora_rnk; did you mean " + PET + ".lora_rank?");
  }
}
