// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.AdamWOptions;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptimizerSectionTest {
  @TempDir private Path folder;
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  private TrainingConfig read(String more, Map<String, String> overrides) {
    return files.read(ConfigFiles.MINIMAL + more, overrides);
  }

  @Test
  void fixedScalesAreToldAndDynamicOnesListed() {
    assertThat(read("", Map.of()).optimizer().lossScale()).isEmpty();
    assertThat(read("runner_wrapper: {scale_sense: 128.0}", Map.of()).optimizer().lossScale())
        .hasValue(128.0);
    String section = "runner_wrapper: {scale_sense: {type: %s, loss_scale_value: 4096}}";
    TrainingConfig fixed = read(section.formatted("FixedLossScaleUpdateCell"), Map.of());
    assertThat(fixed.optimizer().lossScale()).hasValue(4096.0);
    assertThat(fixed.ignoredKeys()).isEmpty();
    TrainingConfig dynamic = read(section.formatted("DynamicLossScaleUpdateCell"), Map.of());
    assertThat(dynamic.optimizer().lossScale()).isEmpty();
    assertThat(dynamic.ignoredKeys()).containsExactly("runner_wrapper.scale_sense");
  }

  @Test
  void defaultsOfUpstreamOnlyWhereAskedFor() {
    assertThat(read("", Map.of()).optimizer().adamW())
        .isEqualTo(new AdamWOptions(0.9, 0.95, 1e-8, 0));
    assertThat(read("", Map.of("upstream_compat", "True")).optimizer().adamW())
        .isEqualTo(new AdamWOptions(0.9, 0.999, 1e-8, 0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "optimizer.type|PmaAdamW|= PmaAdamW is not available: models are not averaged; use AdamW",
        "optimizer.type|Muon|= Muon is not available; use AdamW",
        "runner_wrapper.type|MFTrainOneStepCel|did you mean MFTrainOneStepCell?",
        "runner_wrapper.local_norm|True|norms of parameters are asked for in monitor_config",
        "runner_wrapper.scale_sense|-1|runner_wrapper.scale_sense must be above 0",
        "runner_wrapper.scale_sense|high|runner_wrapper.scale_sense must be a number",
        "runner_wrapper.scale_sense.type|Static|DynamicLossScaleUpdateCell or Fixed",
      })
  void saysWhatIsWrong(String key, String value, String message) {
    String sections = "runner_wrapper: {type: MFTrainOneStepCell}\noptimizer: {type: AdamW}\n";
    if (key.contains("sense.")) {
      sections = "runner_wrapper: {scale_sense: {loss_scale_value: 2}}\n";
    }
    files.refused(ConfigFiles.MINIMAL + sections, Map.of(key, value)).hasMessageContaining(message);
  }
}
