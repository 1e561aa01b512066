// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.checkpoint.CheckpointPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads {@code callbacks}, of which {@code CheckpointMonitor} says when a run is saved and {@code
 * MFLossMonitor} that steps are told of in MindFormers' words.
 */
final class CallbacksSection {
  private static final String CHECKPOINTS = "CheckpointMonitor";

  private static final String LOSS = "MFLossMonitor";

  private static final List<String> OTHERS =
      List.of(
          "SummaryMonitor",
          "ProfileMonitor",
          "EvalCallBack",
          "TrainFaultTolerance",
          "StressDetectCallBack",
          "StressTestModelMonitor",
          "SDCMonitor",
          "ColdHotExpertMonitor",
          "TopkBiasBalanceCallback",
          "MoEDropRateCallback",
          "MaxLogitsMonitor",
          "TrainingStateMonitor");

  private CallbacksSection() {}

  /**
   * What callbacks ask for.
   *
   * @param lossMonitor steps between two records of {@code MFLossMonitor}, if there is one
   */
  record Callbacks(CheckpointPolicy checkpoints, Optional<Integer> lossMonitor) {}

  static Callbacks read(Section root, Problems problems) {
    CheckpointPolicy policy = CheckpointPolicy.DEFAULT;
    Optional<Integer> lossMonitor = Optional.empty();
    for (Section callback : root.sections("callbacks")) {
      String type = callback.text("type").orElse("");
      if (type.equals(CHECKPOINTS)) {
        policy = checkpoints(callback);
      } else if (type.equals(LOSS)) {
        lossMonitor = Optional.of(callback.integer("per_print_times", 1, 1, Integer.MAX_VALUE));
      } else if (OTHERS.contains(type)) {
        problems.ignored("callbacks." + type);
        callback.leaveOpen();
      } else if (type.equals("TrainCallBack")) {
        callback.reject("type", "use runner_config.stop_step, which ends a run after that step");
        callback.leaveOpen();
      } else {
        callback.leaveOpen();
        callback.problem(
            "type",
            type.isEmpty()
                ? "is missing; " + CHECKPOINTS + " is what saves checkpoints"
                : "= " + type + " is not known; " + CHECKPOINTS + " is what saves checkpoints");
      }
    }
    return new Callbacks(policy, lossMonitor);
  }

  private static CheckpointPolicy checkpoints(Section section) {
    int seconds = section.integer("save_checkpoint_seconds", 0, 0, Integer.MAX_VALUE);
    boolean bySteps = section.has("save_checkpoint_steps");
    int steps = section.integer("save_checkpoint_steps", seconds > 0 ? 0 : 1, 0, Integer.MAX_VALUE);
    if (bySteps && steps > 0 && seconds > 0) {
      section.problem("save_checkpoint_seconds", "excludes save_checkpoint_steps; set one to 0");
    }
    section.only("keep_checkpoint_per_n_minutes", "0", "old checkpoints are kept by step");
    section.only("save_trainable_params", "False", "a checkpoint has all parameters");
    section.only("save_optimizer", "True", "a checkpoint without moments cannot be gone on from");
    section.only("enc_key", "None", "checkpoints are not encrypted");
    section.only(
        "directory", "null", "checkpoints are in output_dir/checkpoint; set output_dir", "");
    section.only(
        "save_checkpoint_path",
        "null",
        "checkpoints are in output_dir/checkpoint; set output_dir",
        "");
    section.ignore(
        "prefix",
        "integrated_save",
        "save_network_params",
        "checkpoint_format",
        "remove_redundancy",
        "enc_mode",
        "embedding_size",
        "embedding_local_norm_threshold",
        "use_checkpoint_health_monitor",
        "health_ckpts_record_dir",
        "use_legacy_format");
    CheckpointPolicy policy =
        new CheckpointPolicy(
            steps,
            seconds > 0 ? Optional.of(Duration.ofSeconds(seconds)) : Optional.empty(),
            section.flag("async_save", false),
            section.flag("exception_save", true),
            section.integer("keep_checkpoint_max", 5, 0, Integer.MAX_VALUE),
            section.integer("keep_checkpoint_every_n_steps", 0, 0, Integer.MAX_VALUE),
            section.integer("keep_best_checkpoints", 0, 0, Integer.MAX_VALUE));
    return policy;
  }
}
