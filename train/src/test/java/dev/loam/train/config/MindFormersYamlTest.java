// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.Layout;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.train.LossReduction;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pre-training configuration with all of MindFormers' sections is taken as it is. */
class MindFormersYamlTest {
  private static final String YAML =
      """
      seed: 42
      output_dir: './output'
      load_checkpoint: ''
      load_ckpt_format: 'safetensors'
      src_strategy_path_or_dir: ''
      auto_trans_ckpt: False
      only_save_strategy: False
      resume_training: False
      use_parallel: True
      run_mode: 'train'
      use_legacy: False
      pretrained_model_dir: ""
      remove_redundancy: False
      calculate_per_token_loss: False
      print_separate_loss: True

      trainer: {type: CausalLanguageModelingTrainer, model_name: 'qwen3'}

      runner_config:
        epochs: 2
        batch_size: 1
        gradient_accumulation_steps: 1
        sink_mode: True
        sink_size: 1
        num_classes: 1
        stop_step: 0

      optimizer:
        type: AdamW
        betas: [0.9, 0.95]
        eps: 1.e-8
        weight_decay: 0.0
        swap: False

      lr_schedule:
        type: ConstantWarmUpLR
        learning_rate: 1.e-6
        warmup_ratio: 0
        total_steps: -1

      runner_wrapper:
        type: MFTrainOneStepCell
        scale_sense: {type: DynamicLossScaleUpdateCell, loss_scale_value: 65536, scale_window: 1000}
        use_clip_grad: True
        max_grad_norm: 1.0
        local_norm: False

      train_dataset: &train_dataset
        data_loader:
          type: BlendedMegatronDatasetDataLoader
          datasets_type: "GPTDataset"
          sizes:
            - 8000  # training
            - 0
            - 0
          config:
            seed: 1234
            split: "1, 0, 0"
            seq_length: 4096
            eod_mask_loss: True
            reset_position_ids: True
            create_attention_mask: True
            reset_attention_mask: True
            create_compressed_eod_mask: False
            eod_pad_length: 128
            eod: 151645
            pad: 151643
            path_to_cache: null
            num_dataset_builder_threads: 1
            data_path:
              - '1'
              - "/data/corpus_text_document"
          shuffle: False
        input_columns: ["input_ids", "labels", "loss_mask", "position_ids", "attention_mask"]
        construct_args_key: ["input_ids", "labels"]
        num_parallel_workers: 8
        python_multiprocessing: False
        drop_remainder: True
        numa_enable: False
        prefetch_size: 1
      train_dataset_task:
        type: CausalLanguageModelDataset
        dataset_config: *train_dataset

      context:
        mode: 0
        device_target: "Ascend"
        max_device_memory: "58GB"
        jit_config: {jit_level: "O1"}
        ascend_config: {precision_mode: "must_keep_origin_dtype"}
      parallel_config: &parallel
        data_parallel: &dp 1
        model_parallel: 1
        pipeline_stage: 1
        micro_batch_num: 1
        use_seq_parallel: True
        vocab_emb_dp: True
        gradient_aggregation_group: 4
      parallel:
        parallel_mode: 1
        dataset_strategy: [[*dp, 1], [*dp, 1]]
        full_batch: False
        enable_parallel_optimizer: True
        pipeline_config: {pipeline_interleave: False, pipeline_scheduler: '1f1b'}
      recompute_config: {recompute: True, select_recompute: [1], mp_comm_recompute: True}
      swap_config: {swap: False}
      moe_config: {expert_num: 1}
      micro_batch_interleave_num: 1
      monitor_config: {monitor_on: True, dump_path: './dump', step_interval: 1}
      tensorboard: {tensorboard_dir: 'worker/tensorboard', tensorboard_queue_size: 10}
      profile: False
      profile_level: 1
      layer_scale: False
      do_eval: False
      callbacks:
        - {type: MFLossMonitor, per_print_times: 1}
        - {type: CheckpointMonitor, prefix: "qwen3", save_checkpoint_steps: 5000}

      model:
        model_config:
          model_type: qwen3
          architectures: ['Qwen3ForCausalLM']
          vocab_size: 151936
          hidden_size: 1024
          intermediate_size: 3072
          num_hidden_layers: 28
          num_attention_heads: 16
          num_key_value_heads: 8
          head_dim: 128
          hidden_act: 'swiglu'
          seq_length: 4096
          max_position_embeddings: 4096
          tie_word_embeddings: True
          rms_norm_eps: 1.e-6
          rope_theta: 1000000.0
          qk_layernorm: True
          position_embedding_type: 'rope'
          add_qkv_bias: False
          hidden_dropout: 0
          attention_dropout: 0.
          qkv_concat: True
          use_flash_attention: True
          offset: 0
          params_dtype: "float32"
          compute_dtype: "bfloat16"
          layernorm_compute_dtype: "float32"
          softmax_compute_dtype: "float32"
          rotary_dtype: "float32"
          residual_dtype: "float32"
          untie_embeddings_and_output_weights: False
          use_contiguous_weight_layout_attention: False
          use_interleaved_weight_layout_mlp: True
          use_eod_attn_mask_compression: False
          input_sliced_sig: True
          bias_swiglu_fusion: True
          ignore_token_id: -100
          pad_token_id: 151643
          eos_token_id: 151645
      """;

  @TempDir Path folder;

  @Test
  void takenAsItIs() {
    TrainingConfig config = new ConfigFiles(folder).read(YAML);
    assertThat(config.seed()).isEqualTo(42);
    assertThat(config.epochs()).isEqualTo(2);
    assertThat(config.stopStep()).isEmpty();
    assertThat(config.loadCheckpoint()).isEmpty();
    assertThat(config.reduction()).isEqualTo(LossReduction.MICRO_MEAN);
    assertThat(config.parallel().layout())
        .isEqualTo(Layout.single().withSequenceParallel(true).withShardedOptimizer(true));
    assertThat(config.parallel().schedule()).isEqualTo(PipelineSchedule.ONE_F_ONE_B);
    assertThat(config.model().parameterCount()).isEqualTo(596_049_920);
    assertThat(config.model().tokens().eos()).containsExactly(151645);
    assertThat(config.lr().totalSteps()).isEmpty();
    assertThat(config.lr().learningRate()).isEqualTo(1e-6);
    DataConfig.Megatron data = (DataConfig.Megatron) config.data();
    assertThat(data.samples()).isEqualTo(8000);
    assertThat(data.options().sequenceLength()).isEqualTo(4096);
    assertThat(data.dataPath()).containsExactly("1", "/data/corpus_text_document");
  }

  @Test
  void whatMeansNothingHereIsListedOnce() {
    TrainingConfig config = new ConfigFiles(folder).read(YAML);
    assertThat(config.ignoredKeys())
        .doesNotHaveDuplicates()
        .contains(
            "context",
            "parallel.parallel_mode",
            "parallel.dataset_strategy",
            "parallel.full_batch",
            "recompute_config.select_recompute",
            "recompute_config.mp_comm_recompute",
            "swap_config",
            "moe_config",
            "callbacks.prefix",
            "monitor_config.dump_path",
            "trainer",
            "train_dataset_task.dataset_config",
            "runner_config.sink_mode",
            "runner_wrapper.scale_sense",
            "parallel_config.vocab_emb_dp",
            "parallel_config.gradient_aggregation_group",
            "optimizer.swap",
            "train_dataset.num_parallel_workers",
            "train_dataset.data_loader.config.create_attention_mask",
            "model.model_config.qkv_concat",
            "model.model_config.compute_dtype")
        .doesNotContain(
            "seed",
            "use_parallel",
            "monitor_config",
            "tensorboard",
            "parallel",
            "parallel.enable_parallel_optimizer",
            "parallel_config.micro_batch_num",
            "model.model_config.eos_token_id",
            "train_dataset.data_loader.config.path_to_cache",
            "train_dataset.data_loader.config.eod_pad_length",
            "train_dataset.data_loader.config.eod");
  }
}
