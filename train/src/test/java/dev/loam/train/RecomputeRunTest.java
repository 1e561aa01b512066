// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Engine;
import dev.loam.train.config.RecomputeConfig;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A run that recomputes layers is the same run. */
class RecomputeRunTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"1, 1, 1, True", "2, 1, 1, '[1]'", "1, 2, 2, '[1, 0]'"})
  void modelsHaveTheSameBits(int dp, int tp, int pp, String recompute) throws IOException {
    byte[] kept = model(dp, tp, pp, "False");
    assertThat(model(dp, tp, pp, recompute)).isEqualTo(kept);
  }

  private byte[] model(int dp, int tp, int pp, String recompute) throws IOException {
    Path output = folder.resolve("out" + recompute.hashCode());
    TinyConfig tiny = new TinyConfig(folder);
    TrainingConfig config =
        tiny.with(
            Map.of(
                "output_dir",
                output.toString(),
                "use_parallel",
                "True",
                "parallel_config.data_parallel",
                "" + dp,
                "parallel_config.model_parallel",
                "" + tp,
                "parallel_config.pipeline_stage",
                "" + pp,
                "parallel_config.micro_batch_num",
                pp > 1 ? "2" : "1",
                "parallel.enable_parallel_optimizer",
                "True",
                "runner_config.gradient_accumulation_steps",
                pp > 1 || dp > 1 ? "1" : "2",
                "recompute_config.recompute",
                recompute));
    assertThat(config.recompute().equals(RecomputeConfig.NONE))
        .isEqualTo(recompute.equals("False"));
    TrainingRun run = new TrainingRun(config);
    StepMetrics last = run.runOnThreads(Engine.named("torch"), 1, List.of());
    assertThat(last.step()).isEqualTo(TinyConfig.STEPS);
    return Files.readAllBytes(run.modelFolder().resolve("model.safetensors"));
  }
}
