// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.parallel.Layout;
import dev.loam.train.config.MonitorConfig.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The steps of a tutorial for MindFormers: the configuration of the largest model is copied, edited
 * for the smallest, and run with flags.
 */
class TutorialConfigTest {
  private static final Path LARGEST = Path.of("../configs/qwen3/pretrain_qwen3_32b_4k.yaml");
  private static final Path FINE_TUNING = Path.of("../configs/qwen3/finetune_qwen3.yaml");

  private static final String MONITORS =
      """

      monitor_config:
          monitor_on: True
          dump_path: './dump'
          target: ['layers.0', 'layers.1']
          invert: False
          step_interval: 1
          local_loss_format: ['tensorboard']
          device_local_loss_format: ['tensorboard']
          local_norm_format: ['tensorboard']
          device_local_norm_format: ['tensorboard']
          optimizer_state_format: null
          weight_state_format: null
          throughput_baseline: null
          print_struct: False
          check_for_global_norm: False
          global_norm_spike_threshold: 1.0
          global_norm_spike_count_threshold: 10

      tensorboard:
          tensorboard_dir: 'worker/tensorboard'
          tensorboard_queue_size: 10
          log_loss_scale_to_tensorboard: True
          log_timers_to_tensorboard: True
      """;

  @TempDir Path folder;

  private static String edited(String text, String key, String value) {
    String changed = text.replaceFirst("(?m)^( *" + key + ":).*$", "$1 " + value);
    assertThat(changed).as(key).isNotEqualTo(text);
    return changed;
  }

  private Path smallest() throws IOException {
    String text = Files.readString(LARGEST);
    text = edited(text, "hidden_size", "1024");
    text = edited(text, "intermediate_size", "3072");
    text = edited(text, "num_hidden_layers", "28");
    text = edited(text, "num_attention_heads", "16");
    text = edited(text, "offset", "0");
    text = text.replaceFirst("(?m)^      - 8000 .*$", "      - 400");
    text = edited(text, "data_path", "\n        - '1'\n        - \"/data/wiki_text_document\"");
    text = text.replaceFirst("(?m)^        - '1'\n        - \"/path/to.*\n", "");
    text = edited(text, "save_checkpoint_steps", "50  # Interval steps");
    text = edited(text, "keep_checkpoint_max", "2");
    text = edited(text, "remove_redundancy", "True");
    text = edited(text, "data_parallel", "&dp 2");
    text = edited(text, "model_parallel", "2");
    text = edited(text, "pipeline_stage", "2");
    text = edited(text, "micro_batch_num", "&micro_batch_num 2");
    return Files.writeString(folder.resolve("pretrain.yaml"), text + MONITORS);
  }

  private static Map<String, String> flags() {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("auto_trans_ckpt", "False");
    flags.put("use_parallel", "True");
    flags.put("run_mode", "train");
    flags.put("recompute_config.recompute", "False");
    return flags;
  }

  @Test
  void preTraining() throws IOException {
    TrainingConfig config = TrainingConfig.read(smallest(), flags());
    assertThat(config.model().layers()).isEqualTo(28);
    assertThat(config.parallel().layout())
        .isEqualTo(
            Layout.of(2, 2, 2)
                .withMicroBatches(2)
                .withSequenceParallel(true)
                .withShardedOptimizer(true));
    DataConfig.Megatron data = (DataConfig.Megatron) config.data();
    assertThat(data.samples()).isEqualTo(400);
    assertThat(data.dataPath()).containsExactly("1", "/data/wiki_text_document");
    assertThat(config.checkpoints().everySteps()).isEqualTo(50);
    assertThat(config.checkpoints().keepLatest()).isEqualTo(2);
    assertThat(config.recompute()).isEqualTo(RecomputeConfig.NONE);
    assertThat(config.monitor().formats()).containsKey(Series.LOCAL_NORM).hasSize(4);
    assertThat(config.tensorBoard().lossScale()).isTrue();
    assertThat(config.ignoredKeys()).contains("auto_trans_ckpt", "context");
  }

  @Test
  void resuming() throws IOException {
    Map<String, String> flags = flags();
    flags.put("load_checkpoint", "output/checkpoint_50_step");
    String text = edited(Files.readString(smallest()), "resume_training", "True");
    TrainingConfig config =
        TrainingConfig.read(Files.writeString(folder.resolve("resume.yaml"), text), flags);
    assertThat(config.resume()).isEqualTo(new ResumeConfig.Newest());
    assertThat(config.loadCheckpoint()).contains(Path.of("output/checkpoint_50_step"));
  }

  /** The presets of the smallest model are what the edits make of the largest. */
  @Test
  void theSmallestPresetIsTheEditedLargest() throws IOException {
    TrainingConfig edited =
        TrainingConfig.read(
            smallest(), Map.of("train_dataset_dir", "x", "recompute_config.recompute", "False"));
    TrainingConfig preset =
        TrainingConfig.read(
            Path.of("../configs/qwen3/pretrain_qwen3_0_6b_4k.yaml"),
            Map.of("train_dataset_dir", "x"));
    assertThat(preset).isEqualTo(edited);
  }

  /** A fragment that was printed with its first line moved to the left. */
  @Test
  void aLineThatIsNotIndentedIsFound() throws IOException {
    String text =
        Files.readString(FINE_TUNING).replace("    type: HFDataLoader", "  type: HFDataLoader");
    Path file = Files.writeString(folder.resolve("tune.yaml"), text);
    assertThatThrownBy(() -> TrainingConfig.read(file, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "mapping values are not allowed here; is this line, or the one above");
  }
}
