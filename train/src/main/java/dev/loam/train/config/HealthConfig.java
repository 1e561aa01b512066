// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

/**
 * What a run does about a step whose loss or gradients are not finite, or whose gradient norm is
 * far too large.
 *
 * @param onNonFinite {@code on_non_finite}
 * @param onSpike {@code on_spike}: for a norm at or above {@link
 *     MonitorConfig.GlobalNormCheck#threshold}; {@code use_skip_data_by_global_norm} is SKIP,
 *     {@code check_for_global_norm} is STOP
 * @param mostInARow bad steps in a row after which a run ends whatever else is said
 */
public record HealthConfig(Policy onNonFinite, Policy onSpike, int mostInARow) {
  /** Stops where numbers are not finite; spikes pass. */
  public static final HealthConfig DEFAULT = new HealthConfig(Policy.STOP, Policy.PASS, 10);

  /** What is done. */
  public enum Policy {
    /** Nothing: the step counts like any other. */
    PASS,
    /** The run ends, with weights as they were before the step. */
    STOP,
    /** The batch is left out: no update, the next step takes the next batch. */
    SKIP,
    /** Goes back to the newest checkpoint and leaves the batch out from there. */
    ROLL_BACK
  }
}
