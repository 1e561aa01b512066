// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.gpt.Split;
import dev.loam.train.config.EvaluationConfig.Generations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationSectionTest {
  private static final String EVALUATION =
      ConfigFiles.MINIMAL
          + """
          do_eval: True
          eval_dataset: {data_loader: {type: TokenFileDataLoader, path: held-out}}
          runner_config: {batch_size: 3}
          """;

  @TempDir Path folder;

  @Test
  void defaultsAndValues() {
    ConfigFiles files = new ConfigFiles(folder);
    DataConfig heldOut = new DataConfig.TokenFile(Path.of("held-out"));
    assertThat(files.read(EVALUATION).evaluation())
        .isEqualTo(
            new EvaluationConfig(
                Optional.of(heldOut), 3, 100, 0, 0, 0, EvaluationConfig.NONE.generations()));
    Map<String, String> values =
        Map.of(
            "eval_step_interval", "-1",
            "eval_epoch_interval", "2",
            "eval_dataset.batch_size", "4",
            "early_stop.patience", "5",
            "early_stop.min_delta", "0.25");
    assertThat(files.read(EVALUATION, values).evaluation())
        .isEqualTo(
            new EvaluationConfig(
                Optional.of(heldOut), 4, 0, 2, 5, 0.25, EvaluationConfig.NONE.generations()));
  }

  @Test
  void withoutDoEvalTheDatasetIsNotRead() {
    TrainingConfig config =
        new ConfigFiles(folder)
            .read(ConfigFiles.MINIMAL + "eval_dataset: {data_loader: {type: MindDataset}}\n");
    assertThat(config.evaluation()).isEqualTo(EvaluationConfig.NONE);
    assertThat(config.ignoredKeys()).containsExactly("eval_dataset");
  }

  @Test
  void validationSamplesAreMeantUnlessSomethingElseIsSaid() {
    String megatron =
        EVALUATION
            .replace("TokenFileDataLoader, path: held-out", "BlendedMegatronDatasetDataLoader, %s")
            .replace("path: held-out", "");
    String loader = "sizes: [0, 7, 8], config: {seq_length: 8, split: '8,1,1', data_path: [a]}";
    ConfigFiles files = new ConfigFiles(folder);
    DataConfig.Megatron data =
        (DataConfig.Megatron)
            files.read(megatron.formatted(loader)).evaluation().data().orElseThrow();
    assertThat(data.phase()).isEqualTo(Split.VALID);
    assertThat(data.samples()).isEqualTo(7);
    data =
        (DataConfig.Megatron)
            files
                .read(megatron.formatted("phase: test, " + loader))
                .evaluation()
                .data()
                .orElseThrow();
    assertThat(data.phase()).isEqualTo(Split.TEST);
    assertThat(data.samples()).isEqualTo(8);
  }

  @Test
  void generations() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    String text = ConfigFiles.MINIMAL + "sample_generation: {prompts: [one, 'two, three']}\n";
    Map<String, String> tokenizer = Map.of("tokenizer_dir", folder.toString());
    ConfigFiles files = new ConfigFiles(folder);
    assertThat(files.read(text, tokenizer).evaluation().generations())
        .isEqualTo(new Generations(List.of("one", "two, three"), false, 32, 0));
    files
        .refused(text)
        .hasMessageContaining(
            ":6:30: sample_generation.prompts need a tokenizer; set tokenizer_dir");
  }

  @Test
  void contradictions() {
    ConfigFiles files = new ConfigFiles(folder);
    files
        .refused(ConfigFiles.MINIMAL + "do_eval: True\n")
        .hasMessageContaining(":6:10: do_eval = True needs eval_dataset");
    files
        .refused(EVALUATION, Map.of("eval_step_interval", "0"))
        .hasMessageContaining("do_eval = True never evaluates");
    files
        .refused(ConfigFiles.MINIMAL, Map.of("early_stop.patience", "1"))
        .hasMessageContaining(
            "early_stop.patience counts evaluations, and there are none; set do_eval to True");
    files
        .refused(EVALUATION, Map.of("eval_step_interval", "-2", "early_stop.min_delta", "-1"))
        .hasMessageContainingAll(
            "eval_step_interval must be from -1", "early_stop.min_delta must be at least 0");
  }
}
