// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecomputeSectionTest {
  private static final String KEY = "recompute_config.recompute";
  private static final String STAGES = "parallel_config.pipeline_stage";

  @TempDir Path folder;

  @Test
  void values() {
    ConfigFiles files = new ConfigFiles(folder);
    assertThat(files.read(ConfigFiles.MINIMAL, Map.of(KEY, "True")).recompute())
        .isEqualTo(RecomputeConfig.ALL);
    assertThat(files.read(ConfigFiles.MINIMAL, Map.of(KEY, "False")).recompute())
        .isEqualTo(RecomputeConfig.NONE);
    assertThat(
            files
                .read(
                    ConfigFiles.MINIMAL,
                    Map.of(KEY, "[1, 0]", STAGES, "2", "parallel_config.micro_batch_num", "2"))
                .recompute())
        .isEqualTo(new RecomputeConfig(false, List.of(1, 0)));
    assertThat(
            files
                .read(ConfigFiles.MINIMAL, Map.of(KEY, "[2]", "use_parallel", "False"))
                .recompute())
        .isEqualTo(new RecomputeConfig(false, List.of(2)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[1, 1]", "[]", "[[1]  , [1]]", "[1, [2]]"})
  void oneNumberForEachStage(String value) {
    new ConfigFiles(folder)
        .refused(ConfigFiles.MINIMAL, Map.of(KEY, value))
        .hasMessageContaining(
            "--recompute_config.recompute: recompute_config.recompute must be True, False or one"
                + " number of layers for each stage; pipeline_stage is 1");
  }

  @Test
  void wrongValues() {
    ConfigFiles files = new ConfigFiles(folder);
    files
        .refused(ConfigFiles.MINIMAL, Map.of(KEY, "[3]"))
        .hasMessageContaining("has numbers of layers from 0 to 2, not [3]");
    files
        .refused(ConfigFiles.MINIMAL, Map.of(KEY, "[-1]"))
        .hasMessageContaining("has numbers of layers from 0 to 2, not [-1]");
    files
        .refused(ConfigFiles.MINIMAL, Map.of(KEY, "2"))
        .hasMessageContaining("must be True or False, not '2'");
    files
        .refused(ConfigFiles.MINIMAL, Map.of("recompute_config.recompue", "True"))
        .hasMessageContaining("did you mean recompute_config.recompute?");
  }
}
