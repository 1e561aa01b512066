// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.Batches;
import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.train.LossReduction;
import dev.loam.train.checkpoint.CheckpointPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingConfigTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  @Test
  void defaults() {
    assertThat(files.read(ConfigFiles.MINIMAL))
        .isEqualTo(
            new TrainingConfig(
                1,
                Path.of("./output"),
                Optional.empty(),
                new ResumeConfig.Fresh(),
                CheckpointPolicy.DEFAULT,
                Optional.empty(),
                1,
                1,
                parallel(Layout.single(), Batches.Dealing.CONSECUTIVE),
                Optional.empty(),
                new Qwen3Config(
                    151936,
                    8,
                    16,
                    2,
                    4,
                    4,
                    128,
                    4096,
                    1e6,
                    1e-6,
                    0.02,
                    false,
                    SpecialTokens.none()),
                new DataConfig.TokenFile(Path.of("data.safetensors")),
                new OptimizerConfig(0.9, 0.95, 1e-8, 0, 1, Optional.empty()),
                new LrConfig(
                    new LrConfig.Kind.Constant(),
                    1e-3,
                    new LrConfig.Length.Steps(0),
                    0,
                    Optional.empty(),
                    false),
                0,
                LossReduction.PER_TOKEN,
                RecomputeConfig.NONE,
                EvaluationConfig.NONE,
                HealthConfig.DEFAULT,
                DataSkip.NONE,
                MonitorConfig.OFF,
                TensorBoardConfig.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                List.of()));
  }

  private static ParallelConfig parallel(Layout layout, Batches.Dealing dealing) {
    return new ParallelConfig(
        layout, PipelineSchedule.ONE_F_ONE_B, false, dealing, Duration.ofMinutes(30), true);
  }

  /** Every key that means something, with a value that is not its default. */
  @Test
  void everyKeyIsMapped() throws IOException {
    Path tokenizer = Files.createDirectories(folder.resolve("tokens"));
    Files.writeString(tokenizer.resolve("tokenizer.json"), "{}");
    TrainingConfig config =
        files.read(
            """
            seed: 7
            output_dir: out
            load_checkpoint: weights
            tokenizer_dir: %s
            loss_reduction: micro_mean
            runner_config: {epochs: 2, batch_size: 3, gradient_accumulation_steps: 4, stop_step: 5}
            optimizer: {type: AdamW, betas: [0.8, 0.7], eps: 1.e-6, weight_decay: 0.5}
            runner_wrapper: {use_clip_grad: True, max_grad_norm: 2.5}
            lr_schedule:
              type: CosineWithWarmUpLR
              learning_rate: 2e-4
              lr_end: 1e-5
              num_cycles: 1.5
              warmup_lr_init: 1e-6
              warmup_steps: 10
              warmup_ratio: 0.1
              total_steps: 100
              step_offset: 1
            model:
              model_config:
                vocab_size: 20
                hidden_size: 8
                intermediate_size: 16
                num_hidden_layers: 2
                num_attention_heads: 4
                num_key_value_heads: 2
                head_dim: 6
                max_position_embeddings: 64
                rope_theta: 5000
                rms_norm_eps: 1e-5
                initializer_range: 0.1
                tie_word_embeddings: True
                bos_token_id: 1
                eos_token_id: 2
            train_dataset:
              data_loader:
                type: BlendedMegatronDatasetDataLoader
                sizes: [400, 0, 0]
                config:
                  seed: 99
                  split: "8,1,1"
                  seq_length: 32
                  eod_mask_loss: True
                  reset_position_ids: True
                  reset_attention_mask: True
                  add_extra_token_to_sequence: False
                  eod: 3
                  pad: 4
                  data_path: [0.3, a_text_document, 0.7, b_text_document]
            upstream_compat: True
            """
                .formatted(tokenizer));
    assertThat(config)
        .isEqualTo(
            new TrainingConfig(
                7,
                Path.of("out"),
                Optional.of(Path.of("weights")),
                new ResumeConfig.Fresh(),
                CheckpointPolicy.DEFAULT,
                Optional.of(tokenizer),
                2,
                3,
                parallel(Layout.single().withMicroBatches(4), Batches.Dealing.ROUND_ROBIN),
                Optional.of(5L),
                new Qwen3Config(
                    20,
                    8,
                    16,
                    2,
                    4,
                    2,
                    6,
                    64,
                    5000,
                    1e-5,
                    0.1,
                    true,
                    new SpecialTokens(OptionalInt.of(1), List.of(2))),
                new DataConfig.Megatron(
                    400,
                    List.of("0.3", "a_text_document", "0.7", "b_text_document"),
                    "8,1,1",
                    GptOptions.builder(32)
                        .randomSeed(99)
                        .eod(3)
                        .pad(4)
                        .eodMaskLoss(true)
                        .resetPositionIds(true)
                        .resetAttentionMask(true)
                        .addExtraTokenToSequence(false)
                        .build(),
                    SurplusRule.MINDFORMERS),
                new OptimizerConfig(0.8, 0.7, 1e-6, 0.5, 2.5, Optional.empty()),
                new LrConfig(
                    new LrConfig.Kind.Cosine(1e-5, 1.5, Optional.empty()),
                    2e-4,
                    new LrConfig.Length.Ratio(0.1),
                    1e-6,
                    Optional.of(100L),
                    true),
                1,
                LossReduction.MICRO_MEAN,
                RecomputeConfig.NONE,
                EvaluationConfig.NONE,
                HealthConfig.DEFAULT,
                DataSkip.NONE,
                MonitorConfig.OFF,
                TensorBoardConfig.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                List.of()));
  }

  @Test
  void namesOfMegatronAreTheSameModel() {
    String data = "train_dataset: {data_loader: {type: TokenFileDataLoader, path: d}}\n";
    String rate = "lr_schedule: {learning_rate: 1}\n";
    Qwen3Config huggingFace =
        files
            .read(
                data
                    + rate
                    + "model: {model_config: {num_hidden_layers: 2, num_attention_heads: 4,"
                    + " hidden_size: 8, intermediate_size: 16, num_key_value_heads: 2, head_dim: 6,"
                    + " rope_theta: 7, rms_norm_eps: 0.5, initializer_range: 0.25}}")
            .model();
    Qwen3Config megatron =
        files
            .read(
                data
                    + rate
                    + "model: {model_config: {num_layers: 2, num_heads: 4,"
                    + " hidden_size: 8, ffn_hidden_size: 16, num_query_groups: 2, kv_channels: 6,"
                    + " rotary_base: 7, layernorm_epsilon: 0.5, init_method_std: 0.25}}")
            .model();
    assertThat(megatron).isEqualTo(huggingFace);
    assertThat(megatron.keyValueHeads()).isEqualTo(2);
  }

  @Test
  void pretrainedFolderGivesModelWeightsAndTokenizer() throws Exception {
    Qwen3Config base =
        new Qwen3Config(
            20,
            8,
            16,
            2,
            4,
            2,
            6,
            64,
            5e3,
            1e-5,
            0.1,
            true,
            new SpecialTokens(OptionalInt.of(1), List.of(2, 3)));
    base.write(folder.resolve("config.json"), "float32");
    String text =
        "pretrained_model_dir: "
            + folder
            + "\nlr_schedule: {learning_rate: 1}\n"
            + "train_dataset: {data_loader: {type: TokenFileDataLoader, path: d}}\n";
    TrainingConfig config = files.read(text);
    assertThat(config.model()).isEqualTo(base);
    assertThat(config.loadCheckpoint()).isEmpty();
    Files.writeString(folder.resolve("model.safetensors"), "");
    Files.writeString(folder.resolve("tokenizer.json"), "");
    config = files.read(text + "model: {model_config: {num_hidden_layers: 1}}\n");
    assertThat(config.model().layers()).isEqualTo(1);
    assertThat(config.model().tokens()).isEqualTo(base.tokens());
    assertThat(config.loadCheckpoint()).contains(folder);
    assertThat(config.tokenizerDir()).contains(folder);
    assertThat(files.read(text + "load_checkpoint: other\n").loadCheckpoint())
        .contains(Path.of("other"));
  }

  @Test
  void overridesWinOverTheFile() {
    TrainingConfig config =
        files.read(
            ConfigFiles.MINIMAL + "seed: 3\nrunner_config: {epochs: 2, batch_size: 2}\n",
            Map.of(
                "seed", "5",
                "epochs", "7",
                "batch_size", "8",
                "optimizer.betas", "[0.5, 0.6]",
                "runner_config.gradient_accumulation_steps", "9",
                "model.model_config.num_heads", "2",
                "runner_wrapper.use_clip_grad", "False",
                "train_dataset.data_loader.path", "other"));
    assertThat(config.seed()).isEqualTo(5);
    assertThat(config.epochs()).isEqualTo(7);
    assertThat(config.batchSize()).isEqualTo(8);
    assertThat(config.parallel().layout().microBatches()).isEqualTo(9);
    assertThat(config.optimizer())
        .isEqualTo(
            new OptimizerConfig(0.5, 0.6, 1e-8, 0, Double.POSITIVE_INFINITY, Optional.empty()));
    assertThat(config.model().heads()).isEqualTo(2);
    assertThat(config.model().layers()).isEqualTo(2);
    assertThat(config.data()).isEqualTo(new DataConfig.TokenFile(Path.of("other")));
  }

  @Test
  void wrongOverridesAreNamedAsTheyWereGiven() {
    files
        .refused(
            ConfigFiles.MINIMAL,
            Map.of("epochs", "many", "optimizer.beta", "1", "no_such.key", "x", "seed", "[1"))
        .hasMessageContaining("--seed: not valid YAML");
    files
        .refused(
            ConfigFiles.MINIMAL,
            Map.of("epochs", "many", "optimizer.beta", "1", "no_such.key", "x"))
        .hasMessageContainingAll(
            "3 problems",
            "--epochs: runner_config.epochs must be a whole number, not 'many'",
            "--optimizer.beta: unknown key optimizer.beta; did you mean optimizer.betas?",
            "--no_such.key: unknown key no_such");
    files
        .refused(ConfigFiles.MINIMAL, Map.of("runner_config..epochs", "1"))
        .hasMessageContaining("--runner_config..epochs: must be a dotted key");
  }

  @Test
  void scheduleOfARun() {
    LrConfig lr = files.read(ConfigFiles.MINIMAL, Map.of("lr_schedule.warmup_ratio", "0.1")).lr();
    assertThat(lr.schedule(59, 59).at(4)).isEqualTo(1e-3 * 4 / 5); // int(5.9) steps of warm-up
    assertThat(lr.schedule(59, 59).at(5)).isEqualTo(1e-3);
  }
}
