// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is watched beside loss, norm and rate ({@code monitor_config} of MindFormers).
 *
 * @param on whether anything here counts
 * @param target regular expressions of the parameters whose own series are written, searched for in
 *     their names
 * @param invert whether {@code target} names those that are left out
 * @param stepInterval steps between two values
 * @param formats where each series goes; a series that is not there is not computed
 * @param throughputBaseline samples a second of one rank, which {@code throughput_linearity} is
 *     relative to
 * @param printStructure whether the names of all parameters are printed and the run ends there
 * @param globalNorm what a gradient norm that is too large does to a run
 */
public record MonitorConfig(
    boolean on,
    List<String> target,
    boolean invert,
    int stepInterval,
    Map<Series, List<Format>> formats,
    Optional<Double> throughputBaseline,
    boolean printStructure,
    GlobalNormCheck globalNorm) {

  /** Nothing is watched. */
  public static final MonitorConfig OFF =
      new MonitorConfig(
          false,
          List.of(".*"),
          false,
          1,
          Map.of(),
          Optional.empty(),
          false,
          new GlobalNormCheck(false, 3.0, 10));

  /** Copies the collections. */
  public MonitorConfig {
    target = List.copyOf(target);
    Map<Series, List<Format>> copy = new EnumMap<>(Series.class);
    formats.forEach((series, where) -> copy.put(series, List.copyOf(where)));
    // In the order of the constants: ranks compare their configurations as text.
    formats = Collections.unmodifiableMap(copy);
  }

  /** The series there can be. */
  public enum Series {
    /** {@code local_loss_format}: the loss of a step, mean over micro batches. */
    LOCAL_LOSS,
    /** {@code device_local_loss_format}: that of this replica's micro batches alone. */
    DEVICE_LOCAL_LOSS,
    /** {@code local_norm_format}: the gradient norm of each parameter. */
    LOCAL_NORM,
    /** {@code device_local_norm_format}: that of all of a rank's parameters. */
    DEVICE_LOCAL_NORM,
    /** {@code optimizer_state_format}: the norms of each parameter's moments. */
    OPTIMIZER_STATE,
    /** {@code weight_state_format}: the norm of all weights. */
    WEIGHT_STATE
  }

  /** Where values go. */
  public enum Format {
    /** Lines of the log. */
    LOG,
    /** TensorBoard's event files. */
    TENSORBOARD
  }

  /**
   * {@code check_for_global_norm} and its thresholds.
   *
   * @param check whether a norm at or above the threshold ends the run
   * @param threshold {@code global_norm_spike_threshold}
   * @param count {@code global_norm_spike_count_threshold}: spikes in a row after which a run that
   *     skips them ends
   */
  public record GlobalNormCheck(boolean check, double threshold, int count) {}
}
