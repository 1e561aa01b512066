// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigProblemsTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private ConfigFiles files;

  @BeforeEach
  void files() {
    files = new ConfigFiles(folder);
  }

  @Test
  void unknownKeysAreNamedWithTheirPlaceAndASuggestion() {
    files
        .refused(ConfigFiles.MINIMAL + "runner_config:\n  epochs: 1\n  batchsize: 2\n")
        .hasMessage(
            files.file()
                + ":8:3: unknown key runner_config.batchsize; did you mean"
                + " runner_config.batch_size?");
    files
        .refused(ConfigFiles.MINIMAL + "zzzzzz: 1\n")
        .hasMessage(files.file() + ":6:1: unknown key zzzzzz");
  }

  @Test
  void allProblemsInOneMessage() {
    files
        .refused(
            """
            seed: one
            lr_schedule: {type: StepLR, warmup_step: 3}
            optimizer: {type: Lion, betas: [0.9, 1.0]}
            runner_config: [1, 2]
            runner_wrapper: {max_grad_norm: 0}
            loss_reduction: sum
            model: {model_config: {num_layers: 2, num_heads: 5, n_kv_heads: 2, hidden_size: x}}
            train_dataset: {data_loader: {type: MindDataset}}
            """)
        .hasMessageContainingAll(
            "13 problems in the configuration",
            files.file() + ":1:7: seed must be a whole number, not 'one'",
            files.file() + ":2:21: lr_schedule.type must be ConstantWarmUpLR, LinearWithWarmUpLR,",
            "lr_schedule.learning_rate is missing",
            files.file()
                + ":2:29: unknown key lr_schedule.warmup_step; did you mean"
                + " lr_schedule.warmup_steps?",
            files.file() + ":3:19: optimizer.type = Lion is not available; use AdamW",
            files.file() + ":3:32: optimizer.betas must be two numbers in [0, 1)",
            files.file() + ":4:16: runner_config must be a section of keys and values",
            files.file() + ":5:33: runner_wrapper.max_grad_norm must be positive, not 0",
            files.file()
                + ":6:17: loss_reduction must be per_token, micro_mean or"
                + " rank_micro_mean, not 'sum'",
            "model.model_config.intermediate_size is missing; give it, or pretrained_model_dir",
            "model.model_config.hidden_size must be a whole number, not 'x'",
            "num_attention_heads 5 is not a multiple of num_key_value_heads 2",
            "train_dataset.data_loader.type = MindDataset is not available");
  }

  /** Not in that in which they are read. */
  @Test
  void inTheOrderOfTheFile() {
    String place = files.file().toString();
    files
        .refused(
            ConfigFiles.MINIMAL
                + "tensorboard: {tensorboard_queue_size: 0}\nrunner_config: {epochs: 0}\nseed: x\n")
        .hasMessage(
            "3 problems in the configuration\n  "
                + place
                + ":6:39: tensorboard.tensorboard_queue_size must be from 1 to 2147483647, not 0\n  "
                + place
                + ":7:25: runner_config.epochs must be from 1 to 2147483647, not 0\n  "
                + place
                + ":8:7: seed must be a whole number, not 'x'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed|1.5|must be a whole number, not '1.5'",
        "seed|99999999999999999999|must be a whole number",
        "seed|[1]|must be a whole number, not a list",
        "runner_config.epochs|0|must be from 1 to 2147483647, not 0",
        "runner_config.batch_size|9999999|must be from 1 to 1048576",
        "runner_wrapper.use_clip_grad|yes|must be True or False, not 'yes'",
        "optimizer.eps|1e999|must be a number, not '1e999'",
        "optimizer.eps|nan|must be a number, not 'nan'",
        "optimizer.eps|0|must be above 0",
        "optimizer.eps|0x10|must be a number",
        "optimizer.weight_decay|-0.1|must be at least 0.0, not -0.1",
        "optimizer.betas|[0.9]|must be two numbers",
        "optimizer.betas|[a, 0.9]|must be a list of numbers, not 'a'",
        "lr_schedule.learning_rate|-1|must be at least 0.0, not -1.0",
        "lr_schedule.warmup_ratio|1.5|must be from 0.0 to 1.0, not 1.5",
        "lr_schedule.warmup_steps|-1|must be from 0",
        "lr_schedule.step_offset|2|must be from 0 to 1, not 2",
        "run_mode|predict|= predict is no training; use loam generate",
        "model.model_config.hidden_dropout|0.1|use 0.0",
        "model.model_config.attention_bias|True|Qwen3 has no biases; use False",
        "model.model_config.hidden_act|gelu|is SwiGLU; use silu",
        "model.model_config.vocab_size|1000000000|must be from 1 to 16777216, not 1000000000",
        "model.model_config.eos_token_id|99999999999|must be from 0 to 16777216",
        "model.model_config.head_dim|7|head_dim must be even for rotary positions, not 7",
        "train_dataset.data_loader.type|null|type is missing",
        "train_dataset.data_loader.path|null|path is missing",
      })
  void wrongValues(String key, String value, String problem) {
    files.refused(ConfigFiles.MINIMAL, Map.of(key, value)).hasMessageContaining(problem);
  }

  @Test
  void sequencesLongerThanTheModel() {
    files
        .refused(
            """
            lr_schedule: {learning_rate: 1}
            model:
              model_config:
                {num_layers: 1, num_heads: 1, hidden_size: 8, intermediate_size: 8,
                 max_position_embeddings: 16}
            train_dataset:
              data_loader:
                type: BlendedMegatronDatasetDataLoader
                sizes: [4, 0, 0]
                config: {seq_length: 17, data_path: [x], split: "1,0,0"}
            """)
        .hasMessage(
            files.file()
                + ":10:26: train_dataset.data_loader.config.seq_length 17 is longer than"
                + " model.model_config.max_position_embeddings 16");
  }

  @Test
  void megatronDataMustBeComplete() {
    files
        .refused(
            """
            lr_schedule: {learning_rate: 1}
            model: {model_config: {num_layers: 1, num_heads: 1, hidden_size: 8, ffn_hidden_size: 8}}
            train_dataset:
              data_loader:
                type: BlendedMegatronDatasetDataLoader
                datasets_type: BertDataset
                shuffle: True
                sizes: [0.5]
                config: {seed: -1, eod: x}
            """)
        .hasMessageContainingAll(
            "datasets_type = BertDataset is not available",
            "shuffle = True is not available",
            "sizes must begin with the number of training samples",
            "seq_length is missing",
            "data_path is missing",
            "eod must be a whole number, not 'x'",
            "random_seed is -1");
  }

  @Test
  void problemsOfThePretrainedFolderAreListedToo() {
    files
        .refused(ConfigFiles.MINIMAL + "seed: x\npretrained_model_dir: " + folder + "/none\n")
        .hasMessageContainingAll(
            "2 problems",
            folder + "/none/config.json: no such file",
            "seed must be a whole number, not 'x'");
  }

  @Test
  void aTokenizerFolderWithoutATokenizerIsRefusedBeforeTheRun() {
    files
        .refused(ConfigFiles.MINIMAL + "tokenizer_dir: nowhere\n")
        .hasMessageContaining("tokenizer_dir nowhere has no tokenizer.json");
  }
}
