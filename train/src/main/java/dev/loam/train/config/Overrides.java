// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;
import java.util.Map;

/** Values from the command line, by dotted key or by one of MindFormers' short names. */
final class Overrides {
  private static final Map<String, String> SHORT_NAMES =
      Map.ofEntries(
          Map.entry("epochs", "runner_config.epochs"),
          Map.entry("batch_size", "runner_config.batch_size"),
          Map.entry("gradient_accumulation_steps", "runner_config.gradient_accumulation_steps"),
          Map.entry("sink_mode", "runner_config.sink_mode"),
          Map.entry("stop_step", "runner_config.stop_step"));

  private Overrides() {}

  static ConfigNode.Mapping apply(ConfigNode.Mapping file, Map<String, String> overrides) {
    ConfigNode.Mapping result = file;
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      String key = SHORT_NAMES.getOrDefault(override.getKey(), override.getKey());
      ConfigNode value = YamlFile.value(override.getValue(), "--" + override.getKey());
      List<String> path = List.of(key.split("\\.", -1));
      if (path.contains("")) {
        throw new ConfigException(
            List.of("--" + override.getKey() + ": a dotted key such as runner_config.epochs"));
      }
      result = result.with(path, value);
    }
    return result;
  }
}
