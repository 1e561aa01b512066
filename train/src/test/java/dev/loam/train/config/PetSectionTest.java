// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
                8,
                16,
                0.01,
                ".*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2",
                List.of(),
                List.of(),
                List.of()));
    assertThat(
            read(
                "{lora_rank: 4, lora_alpha: 2.5, lora_dropout: 0, target_modules: a, lora_b_init:"
                    + " zero, exclude_layers: b, freeze_include: ['*'], freeze_exclude: [c, d]}"))
        .isEqualTo(new PetConfig(4, 2.5, 0, "a", List.of("b"), List.of("*"), List.of("c", "d")));
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
            PET + ".target_modules '*' is no regular expression",
            PET + ".lora_a_init = zeros is not available",
            "unknown key " + PET + ".lora_rnk; did you mean " + PET + ".lora_rank?");
  }

  @Test
  void cannotBeRunYet() {
    Path file = new ConfigFiles(folder).write(ConfigFiles.MINIMAL);
    Map<String, String> values = Map.of(PET, "{pet_type: lora}");
    String reason =
        "--" + PET + ": " + PET + " cannot be trained yet; leave it out to train all of the model";
    assertThat(TrainingConfig.resolve(file, values).unavailable()).containsExactly(reason);
    assertThatThrownBy(() -> TrainingConfig.read(file, values))
        .isInstanceOf(ConfigException.class)
        .hasMessage(reason);
  }
}
