// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;
import java.util.Map;

/** Values from the command line, by dotted key or by one of MindFormers' flags. */
final class Overrides {
  private static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("epochs", "runner_config.epochs"),
          Map.entry("batch_size", "runner_config.batch_size"),
          Map.entry("gradient_accumulation_steps", "runner_config.gradient_accumulation_steps"),
          Map.entry("sink_mode", "runner_config.sink_mode"),
          Map.entry("stop_step", "runner_config.stop_step"),
          Map.entry("num_samples", "train_dataset.data_loader.num_samples"),
          Map.entry("train_dataset_dir", "train_dataset.data_loader.dataset_dir"),
          Map.entry("eval_dataset_dir", "eval_dataset.data_loader.dataset_dir"),
          Map.entry("device_id", "context.device_id"),
          Map.entry("device_target", "context.device_target"),
          Map.entry("mode", "context.mode"));

  /** Flags that ask for something else than a training. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "predict_data", "is for predictions; use loam generate --model DIR --prompt TEXT",
          "do_sample", "is for predictions; use loam generate --temperature",
          "register_path", "names Python code, which is not run; leave it out",
          "options", "must be followed by key=value");

  private Overrides() {}

  static ConfigNode.Mapping apply(
      ConfigNode.Mapping file, Map<String, String> overrides, Problems problems) {
    ConfigNode.Mapping result = file;
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      String name = "--" + override.getKey();
      String refusal = REFUSED.get(override.getKey());
      List<String> path =
          List.of(FLAGS.getOrDefault(override.getKey(), override.getKey()).split("\\.", -1));
      if (refusal != null) {
        problems.add(Origin.of(name), override.getKey() + " " + refusal);
      } else if (path.stream().anyMatch(String::isBlank)) {
        problems.add(Origin.of(name), "must be a dotted key such as runner_config.epochs");
      } else {
        result = result.with(path, YamlFile.value(override.getValue(), name, problems));
      }
    }
    return result;
  }
}
