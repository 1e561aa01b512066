// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.util.Optional;

/**
 * Where in the data a run that goes on from a checkpoint continues.
 *
 * @param ignored {@code ignore_data_skip}: at the beginning of the data
 * @param steps {@code data_skip_steps}: after so many steps of it, if said; wins over the place in
 *     the checkpoint
 */
public record DataSkip(boolean ignored, Optional<Long> steps) {
  /** Where the checkpoint was. */
  public static final DataSkip NONE = new DataSkip(false, Optional.empty());
}
