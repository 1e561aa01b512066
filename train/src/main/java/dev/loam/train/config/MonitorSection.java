// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads {@code monitor_config} and {@code tensorboard}. */
final class MonitorSection {
  private static final List<String> FORMATS = List.of("log", "tensorboard");

  private final Section section;

  private MonitorSection(Section section) {
    this.section = section;
  }

  static MonitorConfig read(Section root) {
    return new MonitorSection(root.section("monitor_config")).read();
  }

  private MonitorConfig read() {
    section.ignore("dump_path");
    MonitorConfig config =
        new MonitorConfig(
            section.flag("monitor_on", false),
            target(),
            section.flag("invert", false),
            section.integer("step_interval", 1, 1, Integer.MAX_VALUE),
            formats(),
            baseline(),
            section.flag("print_struct", false),
            new MonitorConfig.GlobalNormCheck(
                section.flag("check_for_global_norm", false),
                section.number("global_norm_spike_threshold", 3, 0, Double.MAX_VALUE),
                section.integer("global_norm_spike_count_threshold", 10, 1, Integer.MAX_VALUE)));
    return config;
  }

  private List<String> target() {
    List<String> target = section.texts("target");
    for (String expression : target) {
      try {
        Pattern.compile(expression);
      } catch (PatternSyntaxException e) {
        section.problem(
            "target",
            "'"
                + expression
                + "' is no regular expression: "
                + e.getDescription().toLowerCase(Locale.ROOT));
      }
    }
    return target.isEmpty() ? List.of(".*") : target;
  }

  private Map<MonitorConfig.Series, List<MonitorConfig.Format>> formats() {
    Map<MonitorConfig.Series, List<MonitorConfig.Format>> formats =
        new EnumMap<>(MonitorConfig.Series.class);
    for (MonitorConfig.Series series : MonitorConfig.Series.values()) {
      List<MonitorConfig.Format> where =
          formats(series.name().toLowerCase(Locale.ROOT) + "_format");
      if (!where.isEmpty()) {
        formats.put(series, where);
      }
    }
    return formats;
  }

  private List<MonitorConfig.Format> formats(String key) {
    List<MonitorConfig.Format> formats = new ArrayList<>();
    for (String text : section.texts(key)) {
      if (FORMATS.contains(text)) {
        formats.add(MonitorConfig.Format.valueOf(text.toUpperCase(Locale.ROOT)));
      } else {
        section.problem(
            key, "must be null, log, tensorboard or a list of them, not '" + text + "'");
      }
    }
    return formats.stream().distinct().toList();
  }

  private Optional<Double> baseline() {
    Optional<Double> baseline = section.number("throughput_baseline");
    if (baseline.isPresent() && baseline.get() <= 0) {
      section.problem("throughput_baseline", "must be above 0, not " + baseline.get());
      return Optional.empty();
    }
    return baseline;
  }

  static TensorBoardConfig readTensorBoard(Section root) {
    Section section = root.section("tensorboard");
    section.ignore("log_expert_load_to_tensorboard");
    TensorBoardConfig config =
        new TensorBoardConfig(
            section.path("tensorboard_dir"),
            section.integer("tensorboard_queue_size", 10, 1, Integer.MAX_VALUE),
            section.flag("log_loss_scale_to_tensorboard", false),
            section.flag("log_timers_to_tensorboard", false));
    return config;
  }
}
