// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.config.HealthConfig.Policy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthSectionTest {
  private static final String NORM = "monitor_config.check_for_global_norm";
  private static final String SKIPS = "use_skip_data_by_global_norm";
  private static final String NAN = "check_for_nan_in_loss_and_grad";

  @TempDir Path folder;

  private HealthConfig read(Map<String, String> values) {
    return new ConfigFiles(folder).read(ConfigFiles.MINIMAL, values).health();
  }

  @ParameterizedTest
  @CsvSource({"pass, PASS", "stop, STOP", "skip, SKIP", "roll_back, ROLL_BACK"})
  void policies(String text, Policy policy) {
    assertThat(read(Map.of("on_non_finite", text)))
        .isEqualTo(new HealthConfig(policy, Policy.PASS, 10));
    assertThat(read(Map.of("on_spike", text))).isEqualTo(new HealthConfig(Policy.STOP, policy, 10));
  }

  @Test
  void switchesOfUpstream() {
    assertThat(read(Map.of(NAN, "True")).onNonFinite()).isEqualTo(Policy.STOP);
    assertThat(read(Map.of(NAN, "False")).onNonFinite()).isEqualTo(Policy.PASS);
    assertThat(read(Map.of(NAN, "False", "on_non_finite", "skip")).onNonFinite())
        .isEqualTo(Policy.SKIP);
    assertThat(read(Map.of(NORM, "True")).onSpike()).isEqualTo(Policy.STOP);
    assertThat(read(Map.of(SKIPS, "True")).onSpike()).isEqualTo(Policy.SKIP);
    assertThat(read(Map.of(SKIPS, "True", "on_spike", "skip")).onSpike()).isEqualTo(Policy.SKIP);
    assertThat(read(Map.of("monitor_config.global_norm_spike_count_threshold", "4")).mostInARow())
        .isEqualTo(4);
  }

  @Test
  void contradictions() {
    ConfigFiles files = new ConfigFiles(folder);
    files
        .refused(ConfigFiles.MINIMAL, Map.of(NORM, "True", SKIPS, "True"))
        .hasMessageContaining(
            "--use_skip_data_by_global_norm: use_skip_data_by_global_norm excludes"
                + " monitor_config.check_for_global_norm");
    files
        .refused(ConfigFiles.MINIMAL, Map.of(NAN, "True", "on_non_finite", "skip"))
        .hasMessageContaining("on_non_finite contradicts check_for_nan_in_loss_and_grad True");
    files
        .refused(ConfigFiles.MINIMAL, Map.of(SKIPS, "True", "on_spike", "stop"))
        .hasMessageContaining("on_spike contradicts use_skip_data_by_global_norm True");
    files
        .refused(ConfigFiles.MINIMAL, Map.of(NORM, "True", "on_spike", "pass"))
        .hasMessageContaining("on_spike contradicts monitor_config.check_for_global_norm True");
    files
        .refused(ConfigFiles.MINIMAL, Map.of("on_spike", "rollback"))
        .hasMessageContaining(
            "on_spike must be pass, stop, skip or roll_back, not 'rollback'; did you mean"
                + " roll_back?");
  }

  @Test
  void whereInTheDataAResumedRunContinues() {
    ConfigFiles files = new ConfigFiles(folder);
    assertThat(files.read(ConfigFiles.MINIMAL, Map.of("ignore_data_skip", "True")).dataSkip())
        .isEqualTo(new DataSkip(true, Optional.empty()));
    assertThat(files.read(ConfigFiles.MINIMAL, Map.of("data_skip_steps", "0")).dataSkip())
        .isEqualTo(new DataSkip(false, Optional.of(0L)));
    assertThat(files.read(ConfigFiles.MINIMAL, Map.of("data_skip_steps", "null")).dataSkip())
        .isEqualTo(DataSkip.NONE);
    files
        .refused(ConfigFiles.MINIMAL, Map.of("data_skip_steps", "-1"))
        .hasMessageContaining("data_skip_steps must be at least 0, not -1");
    files
        .refused(ConfigFiles.MINIMAL, Map.of("data_skip_steps", "5", "ignore_data_skip", "True"))
        .hasMessageContaining("data_skip_steps contradicts ignore_data_skip True");
  }
}
