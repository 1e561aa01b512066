// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.lora.LoraOptions;
import dev.loam.lora.MindFormersTargets;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of {@code configs/qwen3}. */
class PresetsTest {
  private static final Path PRESETS = Path.of("../configs/qwen3");

  @TempDir Path folder;

  static Stream<Path> presets() throws IOException {
    try (Stream<Path> files = Files.list(PRESETS)) {
      return List.copyOf(files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList())
          .stream();
    }
  }

  /** A model folder for those that take their shape from one. */
  private Map<String, String> values(Path preset) {
    Map<String, String> values = new LinkedHashMap<>();
    if (preset.getFileName().toString().startsWith("finetune")) {
      new Qwen3Config(
              151936,
              1024,
              3072,
              28,
              16,
              8,
              128,
              40960,
              1e6,
              1e-6,
              0.02,
              true,
              SpecialTokens.none())
          .write(folder.resolve("config.json"), "bfloat16");
      try {
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      values.put("pretrained_model_dir", folder.toString());
    }
    return values;
  }

  @ParameterizedTest
  @MethodSource("presets")
  void areUnderstood(Path preset) {
    ResolvedConfig alone = TrainingConfig.resolve(preset, values(preset));
    assertThat(alone.config().parallel().layout().worldSize()).isEqualTo(1);
    Map<String, String> values = values(preset);
    values.put("use_parallel", "True");
    assertThat(TrainingConfig.resolve(preset, values).config().model())
        .isEqualTo(alone.config().model());
    if (!preset.toString().contains("lora")) {
      assertThat(alone.unavailable()).isEmpty();
    }
  }

  /** What is shown is a configuration, and the same one. */
  @ParameterizedTest
  @MethodSource("presets")
  void shownAndReadAgainTheyAreTheSame(Path preset) throws IOException {
    ResolvedConfig resolved = TrainingConfig.resolve(preset, values(preset));
    for (String text : List.of(resolved.yaml(), resolved.explained())) {
      Path shown = Files.writeString(folder.resolve("shown.yaml"), text);
      ResolvedConfig again = TrainingConfig.resolve(shown, Map.of());
      assertThat(again.config()).isEqualTo(resolved.config());
      assertThat(again.yaml()).isEqualTo(resolved.yaml());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0_6b, 28, 1024, 751_632_384",
    "1_7b, 28, 2048, 1_720_574_976",
    "4b, 36, 2560, 4_022_468_096",
    "8b, 36, 4096, 8_190_735_360",
    "14b, 40, 5120, 14_768_307_200",
    "32b, 64, 5120, 32_762_123_264",
  })
  void shapes(String name, int layers, int hidden, String parameters) {
    Path preset = PRESETS.resolve("pretrain_qwen3_" + name + "_4k.yaml");
    Qwen3Config model = TrainingConfig.read(preset, Map.of()).model();
    assertThat(model.layers()).isEqualTo(layers);
    assertThat(model.hiddenSize()).isEqualTo(hidden);
    assertThat(model.parameterCount()).isEqualTo(Long.parseLong(parameters.replace("_", "")));
  }

  @Test
  void thatOfTheLaunchScripts() {
    Path file = Path.of("../examples/launch/qwen3_0point6b_ms.yaml");
    TrainingConfig config = TrainingConfig.read(file, Map.of());
    assertThat(config.parallel().layout().worldSize()).isEqualTo(8);
    assertThat(config.model().parameterCount()).isEqualTo(596_049_920);
  }

  @Test
  void adaptersAreUnderstood() {
    Path preset = PRESETS.resolve("finetune_qwen3_lora.yaml");
    ResolvedConfig resolved = TrainingConfig.resolve(preset, values(preset));
    PetConfig pet = resolved.config().pet().orElseThrow();
    assertThat(pet.options())
        .isEqualTo(
            new LoraOptions(
                8,
                16,
                0.1,
                false,
                new MindFormersTargets(
                    ".*word_embeddings|.*linear_qkv|.*linear_proj|.*linear_fc1|.*linear_fc2",
                    List.of(),
                    false)));
    assertThat(pet.trains("model.norm.weight")).isFalse();
  }
}
