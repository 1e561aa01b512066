// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TensorBoard's event files ({@code tensorboard} of MindFormers).
 *
 * @param folder {@code tensorboard_dir}; by default {@code tensorboard} in the output folder
 * @param queueSize {@code tensorboard_queue_size}: events that are kept before they are written
 * @param lossScale {@code log_loss_scale_to_tensorboard}
 * @param timers {@code log_timers_to_tensorboard}
 */
public record TensorBoardConfig(
    Optional<Path> folder, int queueSize, boolean lossScale, boolean timers) {
  /** In the output folder. */
  public static final TensorBoardConfig DEFAULT =
      new TensorBoardConfig(Optional.empty(), 10, false, false);
}
