// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.List;

/**
 * Which layers keep only their input between forward and backward ({@code
 * recompute_config.recompute}).
 *
 * @param all whether all do
 * @param layersOfStage otherwise how many layers of each pipeline stage do, its first ones; empty
 *     for none
 */
public record RecomputeConfig(boolean all, List<Integer> layersOfStage) {
  /** No layer. */
  public static final RecomputeConfig NONE = new RecomputeConfig(false, List.of());

  /** Every layer. */
  public static final RecomputeConfig ALL = new RecomputeConfig(true, List.of());

  /** Copies the list. */
  public RecomputeConfig {
    layersOfStage = List.copyOf(layersOfStage);
  }

  /** How many layers of a stage are computed again, the first ones. */
  public int layers(int stage, int layersOfThisStage) {
    if (all) {
      return layersOfThisStage;
    }
    return stage < layersOfStage.size() ? Math.min(layersOfStage.get(stage), layersOfThisStage) : 0;
  }
}
