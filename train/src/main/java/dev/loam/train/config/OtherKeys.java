// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;
import java.util.Optional;

/**
 * The keys of MindFormers that ask for nothing that is not done anyway. Those that could make no
 * difference to what is computed or written are ignored, and noted; of others only the value is
 * accepted that is obeyed.
 */
final class OtherKeys {
  private OtherKeys() {}

  static void read(Section root) {
    runMode(root);
    fixed(root);
    ignored(root);
    sections(root);
  }

  private static void runMode(Section root) {
    Optional<String> mode = root.text("run_mode");
    if (mode.isEmpty()) {
      return;
    }
    switch (mode.get()) {
      case "train", "finetune" -> {}
      case "predict" ->
          root.problem(
              "run_mode", "= predict is no training; use loam generate --model DIR --prompt TEXT");
      case "eval" ->
          root.problem(
              "run_mode",
              "= eval is no training; evaluate while training with do_eval True, or use loam"
                  + " logits for the loss of given tokens");
      default -> root.choice("run_mode", List.of("train", "finetune"));
    }
  }

  private static void fixed(Section root) {
    root.only("micro_batch_interleave_num", "1", "micro batches are not divided further");
    root.only("only_save_strategy", "False", "there are no strategies; loam plan shows the layout");
    root.only("layer_scale", "False", "all layers have one rate");
    root.only("remote_save_url", "null", "files are written to output_dir only", "");
    root.reject("do_sample", "it is for predictions; use loam generate --temperature");
    root.reject("predict_data", "it is for predictions; use loam generate --prompt TEXT");
  }

  private static void ignored(Section root) {
    root.has("preset"); // What it names is below the rest already.
    root.ignore(
        "auto_trans_ckpt",
        "load_ckpt_format",
        "src_strategy_path_or_dir",
        "use_legacy",
        "transform_process_num",
        "load_ckpt_async",
        "balanced_load",
        "cpu_offloading_weights",
        "ckpt_use_legacy_format",
        "remove_redundancy",
        "layer_decay",
        "profile",
        "profile_start_step",
        "profile_stop_step",
        "init_start_profile",
        "profile_communication",
        "profile_memory",
        "profile_level",
        "profile_rank_ids",
        "profile_pipeline",
        "mstx",
        "print_separate_loss",
        "use_checkpoint_health_monitor",
        "use_graceful_exit",
        "train_precision_sync",
        "infer_precision_sync",
        "exclude_cann_cpu",
        "postprocess_use_numpy",
        "adapter_id",
        "input_data",
        "predict_batch_size",
        "save_file",
        "trust_remote_code",
        "eval_callbacks",
        "eval_dataset_task",
        "metric",
        "processor",
        "trainer");
  }

  private static void sections(Section root) {
    Section runner = root.section("runner_config");
    runner.ignore("sink_mode", "sink_size", "num_classes");
    for (String key : new String[] {"mini_batch_size", "global_batch_size"}) {
      runner.reject(
          key,
          "it follows from batch_size, data_parallel, and micro_batch_num or"
              + " gradient_accumulation_steps");
    }
    for (String key :
        new String[] {"initial_epoch", "initial_step", "origin_epochs", "step_scale"}) {
      runner.reject(key, "it follows from the checkpoint; see resume_training and data_skip_steps");
    }
    Section task = root.section("train_dataset_task");
    task.only("type", "CausalLanguageModelDataset", "samples are of one kind");
    task.ignore("dataset_config");
    root.ignoreSection(
        "context",
        true,
        "mode",
        "device_target",
        "device_id",
        "max_device_memory",
        "memory_optimize_level",
        "max_call_depth",
        "save_graphs",
        "save_graphs_path",
        "deterministic",
        "jit_config",
        "ascend_config");
    root.ignoreSection("swap_config", false, "swap", "layer_swap", "op_swap", "default_prefetch");
    root.ignoreSection("moe_config", true);
  }
}
