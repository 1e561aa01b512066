// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which value counts, and how it is shown. */
class ResolvedConfigTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  @Test
  void commandLineOverFileOverPresetOverDefaults() throws IOException {
    Path preset =
        write(
            "presets/base.yaml",
            ConfigFiles.MINIMAL
                + "seed: 2\nrunner_config: {epochs: 2, batch_size: 2, stop_step: 2}\n"
                + "optimizer: {betas: [0.1, 0.2], eps: 0.5}\n");
    Path file =
        write(
            "run.yaml",
            """
            preset: presets/base.yaml
            runner_config: {batch_size: 3, stop_step: 3}
            optimizer: {betas: [0.3, 0.4], eps: null}
            """);
    Map<String, String> values = Map.of("stop_step", "4");
    ResolvedConfig resolved = TrainingConfig.resolve(file, values);
    TrainingConfig config = resolved.config();
    assertThat(config.seed()).isEqualTo(2);
    assertThat(config.epochs()).isEqualTo(2);
    assertThat(config.batchSize()).isEqualTo(3);
    assertThat(config.stopStep()).contains(4L);
    assertThat(config.optimizer().beta1()).isEqualTo(0.3);
    assertThat(config.optimizer().eps()).isEqualTo(1e-8);
    assertThat(resolved.explained().lines().map(line -> line.replaceAll(" +#", " #")))
        .contains(
            "seed: 2 # " + preset + ":6:7",
            "  epochs: 2 # " + preset + ":7:25",
            "  batch_size: 3 # " + file + ":2:29",
            "  stop_step: 4 # --stop_step",
            "  gradient_accumulation_steps: 1 # default",
            "  eps: 1.0E-8 # default")
        .noneMatch(line -> line.startsWith("preset"));
    assertThat(TrainingConfig.read(file, Map.of("preset", preset.toString())).batchSize())
        .isEqualTo(3);
  }

  @Test
  void presetsThatCannotBeUsed() throws IOException {
    Path file = write("run.yaml", ConfigFiles.MINIMAL + "preset: run.yaml\n");
    assertThatThrownBy(() -> TrainingConfig.read(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ": a preset of its own: " + file + " -> " + file);
    write("run.yaml", ConfigFiles.MINIMAL + "preset: none.yaml\n");
    assertThatThrownBy(() -> TrainingConfig.read(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.yaml: no such file");
    write("run.yaml", ConfigFiles.MINIMAL + "preset: [a, b]\n");
    assertThatThrownBy(() -> TrainingConfig.read(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + ":6:9: preset must be the path of a YAML file");
  }

  /** Texts that YAML would read as something else, or not at all. */
  @Test
  void textsAreShownAsTheyAre() throws IOException {
    Path file =
        write(
            "run.yaml",
            ConfigFiles.MINIMAL
                + "output_dir: \"a: b #c 'd' \\\\ \\u00e9\\t\\n\\u0085\\ud83d\\ude00\"\n"
                + "load_checkpoint: 'null'\nsample_generation: {prompts: []}\n");
    ResolvedConfig resolved = TrainingConfig.resolve(file, Map.of());
    for (String text : new String[] {resolved.yaml(), resolved.explained()}) {
      TrainingConfig again = TrainingConfig.read(write("again.yaml", text), Map.of());
      assertThat(again).isEqualTo(resolved.config());
    }
    assertThat(resolved.yaml()).contains("load_checkpoint: 'null'\n");
  }

  @Test
  void valuesOfAPretrainedFolderSayWhereTheyAreFrom() throws IOException {
    Path config =
        write(
            "model/config.json",
            """
            {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "vocab_size": 8,
             "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 3, "head_dim": 2,
             "num_attention_heads": 4, "num_key_value_heads": 4, "max_position_embeddings": 8,
             "rms_norm_eps": 1e-6, "rope_theta": 10, "tie_word_embeddings": true}
            """);
    Path file =
        write(
            "run.yaml",
            """
            train_dataset: {data_loader: {type: TokenFileDataLoader, path: d}}
            lr_schedule: {learning_rate: 1}
            model: {model_config: {num_layers: 2}}
            """);
    String shown =
        TrainingConfig.resolve(
                file, Map.of("pretrained_model_dir", folder.resolve("model").toString()))
            .explained()
            .replaceAll(" +#", " #");
    assertThat(shown)
        .contains("    num_layers: 2 # " + file + ":3:36\n")
        .contains("    hidden_size: 8 # " + config + "\n")
        .doesNotContain("num_hidden_layers");
  }

  @Test
  void flagsOfMindFormers() throws IOException {
    Path file =
        write(
            "run.yaml",
            ConfigFiles.MINIMAL.replace(
                "{type: TokenFileDataLoader, path: data.safetensors}",
                "{type: BlendedMegatronDatasetDataLoader, sizes: [4, 0, 0],"
                    + " config: {seq_length: 8, data_path: ['1', a]}}"));
    Map<String, String> values = new LinkedHashMap<>();
    values.put("run_mode", "finetune");
    values.put("use_parallel", "False");
    values.put("auto_trans_ckpt", "True");
    values.put("num_samples", "7");
    values.put("train_dataset_dir", "corpus");
    values.put("epochs", "3");
    values.put("batch_size", "2");
    values.put("gradient_accumulation_steps", "5");
    values.put("sink_mode", "True");
    values.put("device_id", "1");
    values.put("device_target", "CPU");
    values.put("mode", "0");
    values.put("profile", "True");
    values.put("trust_remote_code", "True");
    TrainingConfig config = TrainingConfig.read(file, values);
    DataConfig.Megatron data = (DataConfig.Megatron) config.data();
    assertThat(data.samples()).isEqualTo(7);
    assertThat(data.dataPath()).containsExactly("corpus");
    assertThat(config.epochs()).isEqualTo(3);
    assertThat(config.batchSize()).isEqualTo(2);
    assertThat(config.parallel().layout().microBatches()).isEqualTo(5);
    assertThat(config.ignoredKeys())
        .containsExactlyInAnyOrder(
            "auto_trans_ckpt",
            "runner_config.sink_mode",
            "context",
            "profile",
            "trust_remote_code");
    values.clear();
    values.put("predict_data", "hello");
    values.put("register_path", "code");
    values.put("do_sample", "True");
    assertThatThrownBy(() -> TrainingConfig.read(file, values))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "3 problems",
            "--predict_data: predict_data is for predictions; use loam generate",
            "--register_path: register_path names Python code",
            "--do_sample: do_sample is for predictions");
  }

  @Test
  void aFolderInTheFileDoesNotWinOverAPathInIt() throws IOException {
    Path file =
        write(
            "run.yaml",
            ConfigFiles.MINIMAL.replace(
                "{type: TokenFileDataLoader, path: data.safetensors}",
                "{type: BlendedMegatronDatasetDataLoader, sizes: [4], dataset_dir: b,"
                    + " config: {seq_length: 8, data_path: [a]}}"));
    assertThatThrownBy(() -> TrainingConfig.read(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("dataset_dir is given together with config.data_path; leave one out");
  }
}
