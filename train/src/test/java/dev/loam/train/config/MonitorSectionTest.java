// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.config.MonitorConfig.Format;
import dev.loam.train.config.MonitorConfig.GlobalNormCheck;
import dev.loam.train.config.MonitorConfig.Series;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorSectionTest {
  @TempDir Path folder;

  private TrainingConfig read(String text) {
    return new ConfigFiles(folder).read(ConfigFiles.MINIMAL + text);
  }

  @Test
  void asTutorialsWriteIt() {
    TrainingConfig config =
        read(
            """
            monitor_config:
                monitor_on: True
                dump_path: './dump'
                target: ['layers.0', 'layers.1'] # only these
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
            """);
    List<Format> events = List.of(Format.TENSORBOARD);
    assertThat(config.monitor())
        .isEqualTo(
            new MonitorConfig(
                true,
                List.of("layers.0", "layers.1"),
                false,
                1,
                Map.of(
                    Series.LOCAL_LOSS, events,
                    Series.DEVICE_LOCAL_LOSS, events,
                    Series.LOCAL_NORM, events,
                    Series.DEVICE_LOCAL_NORM, events),
                Optional.empty(),
                false,
                new GlobalNormCheck(false, 1.0, 10)));
    assertThat(config.tensorBoard())
        .isEqualTo(
            new TensorBoardConfig(Optional.of(Path.of("worker/tensorboard")), 10, true, true));
    assertThat(config.ignoredKeys()).containsExactly("monitor_config.dump_path");
  }

  @Test
  void otherValues() {
    TrainingConfig config =
        read(
            """
            monitor_config:
              target: .*norm
              invert: True
              step_interval: 5
              optimizer_state_format: log
              weight_state_format: [log, tensorboard, log]
              throughput_baseline: 0.5
              print_struct: True
              check_for_global_norm: True
              global_norm_spike_threshold: 2
              global_norm_spike_count_threshold: 3
            tensorboard: {log_expert_load_to_tensorboard: True, tensorboard_queue_size: 1}
            """);
    assertThat(config.monitor())
        .isEqualTo(
            new MonitorConfig(
                false,
                List.of(".*norm"),
                true,
                5,
                Map.of(
                    Series.OPTIMIZER_STATE, List.of(Format.LOG),
                    Series.WEIGHT_STATE, List.of(Format.LOG, Format.TENSORBOARD)),
                Optional.of(0.5),
                true,
                new GlobalNormCheck(true, 2, 3)));
    assertThat(config.tensorBoard())
        .isEqualTo(new TensorBoardConfig(Optional.empty(), 1, false, false));
    assertThat(config.ignoredKeys()).containsExactly("tensorboard.log_expert_load_to_tensorboard");
  }

  @Test
  void wrongValuesAndUnknownKeys() {
    new ConfigFiles(folder)
        .refused(
            ConfigFiles.MINIMAL
                + """
                monitor_config:
                  target: ['layers.(']
                  step_interval: 0
                  local_norm_format: [tensorbord]
                  throughput_baseline: 0
                  global_norm_spike_count_threshold: 0
                  local_los_format: log
                tensorboard: {tensorboard_queue_size: 0, tensorboard_path: x}
                """)
        .hasMessageContainingAll(
            "8 problems",
            ":7:11: monitor_config.target 'layers.(' is no regular expression: unclosed group",
            ":8:18: monitor_config.step_interval must be from 1 to",
            ":9:22: monitor_config.local_norm_format must be null, log, tensorboard or a list of"
                + " them, not 'tensorbord'",
            ":10:24: monitor_config.throughput_baseline must be above 0, not 0",
            ":11:38: monitor_config.global_norm_spike_count_threshold must be from 1 to",
            ":12:3: unknown key monitor_config.local_los_format; did you mean"
                + " monitor_config.local_loss_format?",
            ":13:39: tensorboard.tensorboard_queue_size must be from 1 to",
            ":13:42: unknown key tensorboard.tensorboard_path; did you mean"
                + " tensorboard.tensorboard_dir?");
  }
}
