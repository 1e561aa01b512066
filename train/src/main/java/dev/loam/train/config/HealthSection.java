// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.train.config.HealthConfig.Policy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads what is done about bad steps: {@code on_non_finite} and {@code on_spike}, and upstream's
 * switches, each of which is one of their values; and where in the data a resumed run continues.
 */
final class HealthSection {
  private static final List<String> POLICIES =
      Stream.of(Policy.values()).map(policy -> policy.name().toLowerCase(Locale.ROOT)).toList();

  private final Section root;

  private HealthSection(Section root) {
    this.root = root;
  }

  static HealthConfig read(Section root, MonitorConfig.GlobalNormCheck norm) {
    HealthSection reader = new HealthSection(root);
    return new HealthConfig(reader.onNonFinite(), reader.onSpike(norm.check()), norm.count());
  }

  private Policy onNonFinite() {
    Optional<Boolean> stops = root.flag("check_for_nan_in_loss_and_grad");
    Optional<Policy> asked = policy("on_non_finite");
    Policy implied =
        stops
            .map(stop -> stop ? Policy.STOP : Policy.PASS)
            .orElse(HealthConfig.DEFAULT.onNonFinite());
    if (stops.orElse(false) && asked.isPresent() && asked.get() != Policy.STOP) {
      root.problem(
          "on_non_finite",
          "contradicts check_for_nan_in_loss_and_grad True; leave one of them out");
    }
    return asked.orElse(implied);
  }

  private Policy onSpike(boolean stops) {
    boolean skips = root.flag("use_skip_data_by_global_norm", false);
    Optional<Policy> asked = policy("on_spike");
    if (skips && stops) {
      root.problem(
          "use_skip_data_by_global_norm",
          "excludes monitor_config.check_for_global_norm: one skips the step, the other stops the"
              + " run; set one of them to False");
    }
    Policy implied = skips ? Policy.SKIP : stops ? Policy.STOP : HealthConfig.DEFAULT.onSpike();
    if ((skips || stops) && asked.isPresent() && asked.get() != implied) {
      String other =
          skips ? "use_skip_data_by_global_norm" : "monitor_config.check_for_global_norm";
      root.problem("on_spike", "contradicts " + other + " True; leave one of them out");
    }
    return asked.orElse(implied);
  }

  private Optional<Policy> policy(String key) {
    return root.choice(key, POLICIES).map(text -> Policy.valueOf(text.toUpperCase(Locale.ROOT)));
  }

  static DataSkip readDataSkip(Section root) {
    boolean ignored = root.flag("ignore_data_skip", false);
    Optional<Long> steps = root.integer("data_skip_steps");
    if (steps.isPresent() && steps.get() < 0) {
      root.problem("data_skip_steps", "must be at least 0, not " + steps.get());
    } else if (steps.isPresent() && ignored) {
      root.problem("data_skip_steps", "contradicts ignore_data_skip True; leave one of them out");
    }
    return new DataSkip(ignored, steps);
  }
}
