// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.tensor.Engine;
import dev.loam.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mistakes that one can make in a configuration: each is the only change to one that trains, and
 * has exactly one message. None of them starts a run.
 */
class BrokenConfigurationsTest {
  private static final String GOOD =
      """
      seed: 42
      run_mode: train
      output_dir: OUTPUT
      use_parallel: True
      resume_training: False
      runner_config:
        epochs: 1
        batch_size: 2
        gradient_accumulation_steps: 1
      optimizer:
        type: AdamW
        betas: [0.9, 0.95]
        eps: 1.e-8
        weight_decay: 0.1
      lr_schedule:
        type: CosineWithWarmUpLR
        learning_rate: 1.e-3
        warmup_ratio: 0.1
      runner_wrapper:
        use_clip_grad: True
        max_grad_norm: 1.0
      parallel_config:
        data_parallel: 1
        model_parallel: 1
        pipeline_stage: 1
      recompute_config:
        recompute: False
      model:
        model_config:
          vocab_size: 32
          hidden_size: 16
          intermediate_size: 32
          num_hidden_layers: 2
          num_attention_heads: 4
          num_key_value_heads: 2
          head_dim: 4
          max_position_embeddings: 64
          hidden_act: swiglu
      train_dataset:
        data_loader:
          type: BlendedMegatronDatasetDataLoader
          sizes: [8, 0, 0]
          config:
            seq_length: 16
            split: "1, 0, 0"
            data_path: ['1', corpus_text_document]
      callbacks:
        - type: MFLossMonitor
        - type: CheckpointMonitor
          save_checkpoint_steps: 50
          keep_checkpoint_max: 2
      monitor_config:
        monitor_on: False
        target: ['layers.0']
        step_interval: 1
        local_norm_format: log
      """;

  @TempDir Path folder;

  private static Arguments row(String line, String broken, String message) {
    return Arguments.of(line, broken, message);
  }

  /** A line of the good configuration, what it becomes, and what is said, after the file's name. */
  static Stream<Arguments> mistakes() {
    return Stream.of(
        row(
            "seed: 42",
            "seed: 0x2A",
            ":1:7: seed must be a whole number, not '0x2A'; write it as a decimal number"),
        row(
            "seed: 42",
            "seed: 042",
            ":1:7: seed must be a whole number, not '042'; some readers take a leading zero for octal: leave it out"),
        row("seed: 42", "seed: 4.5", ":1:7: seed must be a whole number, not '4.5'"),
        row("seed: 42", "seed: [42]", ":1:7: seed must be a whole number, not a list"),
        row("seed: 42", "sede: 42", ":1:1: unknown key sede; did you mean seed?"),
        row(
            "seed: 42",
            "seed: 42\nseed: 43",
            ":2:1: key 'seed' stands twice in one section, first at line 1"),
        row(
            "run_mode: train",
            "run_mode: predict",
            ":2:11: run_mode = predict is no training; use loam generate --model DIR --prompt TEXT"),
        row(
            "run_mode: train",
            "run_mode: eval",
            ":2:11: run_mode = eval is no training; evaluate while training with do_eval True, or use loam logits for the loss of given tokens"),
        row(
            "run_mode: train",
            "run_mode: trian",
            ":2:11: run_mode must be train or finetune, not 'trian'; did you mean train?"),
        row(
            "use_parallel: True",
            "use_parallel: yes",
            ":4:15: use_parallel must be True or False, not 'yes'; write True"),
        row(
            "use_parallel: True",
            "use_parallel: 0",
            ":4:15: use_parallel must be True or False, not '0'; write False"),
        row(
            "resume_training: False",
            "resume_training: off",
            ":5:18: resume_training must be True, False or the name of a checkpoint, not 'off'; write False"),
        row(
            "resume_training: False",
            "resume_training: True\nauto_resume: True",
            ":6:14: auto_resume excludes resume_training; set one of them to False"),
        row(
            "  epochs: 1",
            "  epochs: 0",
            ":7:11: runner_config.epochs must be from 1 to 2147483647, not 0"),
        row(
            "  epochs: 1",
            "  epochs: 1:30",
            ":7:11: runner_config.epochs must be a whole number, not '1:30'; some readers take colons for sexagesimal digits: write it as a decimal number"),
        row(
            "  epochs: 1",
            "  epochs: 1e1",
            ":7:11: runner_config.epochs must be a whole number, not '1e1'; write 10"),
        row(
            "  epochs: 1",
            "\tepochs: 1",
            ":7:1: not valid YAML: a tab; YAML is indented with spaces"),
        row(
            "  epochs: 1",
            "   epochs: 1",
            ":8:3: not valid YAML: expected <block end>, but found '<block mapping start>'; is this line, or the one above, indented as it should be?"),
        row(
            "  batch_size: 2",
            "  batchsize: 2",
            ":8:3: unknown key runner_config.batchsize; did you mean runner_config.batch_size?"),
        row(
            "  batch_size: 2",
            "  global_batch_size: 2",
            ":8:22: runner_config.global_batch_size cannot be set: it follows from batch_size, data_parallel, and micro_batch_num or gradient_accumulation_steps"),
        row(
            "  type: AdamW",
            "  type: Muon",
            ":11:9: optimizer.type = Muon is not available; use AdamW"),
        row(
            "  betas: [0.9, 0.95]",
            "  betas: [0.9]",
            ":12:10: optimizer.betas must be two numbers in [0, 1), not [0.9]"),
        row(
            "  betas: [0.9, 0.95]",
            "  betas: (0.9, 0.95)",
            ":12:10: optimizer.betas must be a list of numbers, not '(0.9, 0.95)'\n:12:10: optimizer.betas must be two numbers in [0, 1), not []"),
        row(
            "  eps: 1.e-8",
            "  eps: .nan",
            ":13:8: optimizer.eps must be a number, not '.nan'; it must be finite"),
        row(
            "  eps: 1.e-8",
            "  eps: !!python/object:x 1",
            ":13:8: not valid YAML: Global tag is not allowed: tag:yaml.org,2002:python/object:x"),
        row(
            "  weight_decay: 0.1",
            "  weight_decay: 0,1",
            ":14:17: optimizer.weight_decay must be a number, not '0,1'; write it without commas, with a point before the fraction"),
        row(
            "  weight_decay: 0.1",
            "  weight_decay: -0.1",
            ":14:17: optimizer.weight_decay must be at least 0.0, not -0.1"),
        row(
            "  learning_rate: 1.e-3",
            "  learning_rate: -1.e-3",
            ":17:18: lr_schedule.learning_rate must be at least 0.0, not -0.001"),
        row(
            "  learning_rate: 1.e-3",
            "  lr: 1.e-3",
            ":15:1: lr_schedule.learning_rate is missing\n:17:3: unknown key lr_schedule.lr"),
        row(
            "  warmup_ratio: 0.1",
            "  warmup_ratio: 10",
            ":18:17: lr_schedule.warmup_ratio must be from 0.0 to 1.0, not 10.0"),
        row(
            "  max_grad_norm: 1.0",
            "  max_grad_norm: 0",
            ":21:18: runner_wrapper.max_grad_norm must be positive, not 0.0"),
        row(
            "  model_parallel: 1",
            "  model_parallel: 3",
            ":22:1: parallel_config: tensor parallel 3 does not divide the 4 attention heads; choose one of 1, 2\n:22:1: parallel_config: tensor parallel 3 does not divide the 2 key and value heads; choose one of 1, 2\n:22:1: parallel_config: tensor parallel 3 does not divide the 32 columns of the feed-forward network; choose one of 1, 2"),
        row(
            "  model_parallel: 1",
            "  context_parallel: 2",
            ":24:21: parallel_config.context_parallel = 2 is not available: contexts are not divided among ranks; use 1"),
        row(
            "  recompute: False",
            "  recompute: [1, 1]",
            ":27:14: recompute_config.recompute must be True, False or one number of layers for each stage; pipeline_stage is 1"),
        row(
            "  recompute: False",
            "  recompute: full",
            ":27:14: recompute_config.recompute must be True or False, not 'full'"),
        row(
            "    num_hidden_layers: 2",
            "    num_hidden_layers: 2\n    num_layers: 2",
            ":34:17: model.model_config.num_layers is another name of num_hidden_layers, which is given too; leave one out"),
        row(
            "    num_hidden_layers: 2",
            "",
            ":29:3: model.model_config.num_hidden_layers is missing; give it, or pretrained_model_dir"),
        row(
            "    num_key_value_heads: 2",
            "    num_key_value_heads: 3",
            ":29:3: model.model_config: model configuration: num_attention_heads 4 is not a multiple of num_key_value_heads 3"),
        row(
            "    hidden_act: swiglu",
            "    hidden_act: gelu",
            ":38:17: model.model_config.hidden_act = gelu is not available: Qwen3's feed-forward network is SwiGLU; use silu"),
        row(
            "    hidden_act: swiglu",
            "    hidden_dropout: 0.1",
            ":38:21: model.model_config.hidden_dropout = 0.1 is not available: Qwen3 is trained without dropout; use 0.0"),
        row(
            "    type: BlendedMegatronDatasetDataLoader",
            "    type: MindDataset",
            ":41:11: train_dataset.data_loader.type = MindDataset is not available; use BlendedMegatronDatasetDataLoader, TokenFileDataLoader, InstructionDataLoader or HFDataLoader"),
        row(
            "    type: BlendedMegatronDatasetDataLoader",
            "  type: BlendedMegatronDatasetDataLoader",
            ":42:10: not valid YAML: mapping values are not allowed here; is this line, or the one above, indented as it should be?"),
        row(
            "    sizes: [8, 0, 0]",
            "    sizes: 0",
            ":42:12: train_dataset.data_loader.sizes must begin with the number of training samples, at least 1, such as [400, 0, 0]"),
        row(
            "      seq_length: 16",
            "      seq_length: 65",
            ":44:19: train_dataset.data_loader.config.seq_length 65 is longer than model.model_config.max_position_embeddings 64"),
        row(
            "      split: \"1, 0, 0\"",
            "      shuffel: True",
            ":45:7: unknown key train_dataset.data_loader.config.shuffel"),
        row(
            "      data_path: ['1', corpus_text_document]",
            "      data_path:",
            ":46:17: train_dataset.data_loader.config.data_path is missing; prefixes, or weights and prefixes in turn"),
        row(
            "  - type: MFLossMonitor",
            "  - type: MFLossMoniter",
            ":48:11: callbacks.type = MFLossMoniter is not known; CheckpointMonitor is what saves checkpoints"),
        row(
            "    save_checkpoint_steps: 50",
            "    save_checkpoint_steps: 50\n    save_checkpoint_seconds: 60",
            ":51:30: callbacks.save_checkpoint_seconds excludes save_checkpoint_steps; set one to 0"),
        row(
            "    keep_checkpoint_max: 2",
            "    directory: elsewhere",
            ":51:16: callbacks.directory = elsewhere is not available: checkpoints are in output_dir/checkpoint; set output_dir; use null"),
        row(
            "  target: ['layers.0']",
            "  target: ['layers.(']",
            ":54:11: monitor_config.target 'layers.(' is no regular expression: unclosed group"),
        row(
            "  local_norm_format: log",
            "  local_norm_format: console",
            ":56:22: monitor_config.local_norm_format must be null, log, tensorboard or a list of them, not 'console'"),
        row(
            "  local_norm_format: log",
            "  local_norm_formats: log",
            ":56:3: unknown key monitor_config.local_norm_formats; did you mean monitor_config.local_norm_format?"),
        row(
            "  local_norm_format: log",
            "  check_for_global_norm: True\nuse_skip_data_by_global_norm: True",
            ":57:31: use_skip_data_by_global_norm excludes monitor_config.check_for_global_norm: one skips the step, the other stops the run; set one of them to False"));
  }

  private String good() {
    return GOOD.replace("OUTPUT", "'" + folder.resolve("output") + "'");
  }

  @Test
  void theGoodOneIsRead() {
    assertThat(new ConfigFiles(folder).read(good()).ignoredKeys()).isEmpty();
    assertThat(mistakes()).hasSizeGreaterThanOrEqualTo(50);
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("mistakes")
  void eachHasItsMessageAndStartsNothing(String line, String broken, String message)
      throws IOException {
    String text = good().replace(line + "\n", broken + "\n");
    assertThat(text).isNotEqualTo(good());
    Path file = new ConfigFiles(folder).write(text);
    List<String> lines = message.lines().map(problem -> file + problem).toList();
    String expected =
        lines.size() == 1
            ? lines.get(0)
            : lines.size() + " problems in the configuration\n  " + String.join("\n  ", lines);
    assertThatThrownBy(
            () ->
                new TrainingRun(TrainingConfig.read(file, Map.of()))
                    .runOnThreads(Engine.named("torch"), 1, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(expected);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }
}
