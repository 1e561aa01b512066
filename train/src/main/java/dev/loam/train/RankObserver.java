// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.parallel.RankGroups;
import dev.loam.parallel.gradients.OwnedPiece;
import dev.loam.tensor.Arena;
import dev.loam.tensor.Kernels;
import dev.loam.train.checkpoint.OptimizerState;
import java.util.List;

/**
 * Looks at what one rank has at each step, on its compute thread, and changes nothing. Every rank
 * has its own, made alike, so that what they compute together (a norm over all of them) is computed
 * by all.
 */
public interface RankObserver extends AutoCloseable {
  /** Makes the observer of a rank. */
  @FunctionalInterface
  interface Factory {
    /** Called once, before the first step. */
    RankObserver create(Rank rank);

    /** Makes observers that look at nothing. */
    static Factory none() {
      return rank -> new RankObserver() {};
    }
  }

  /**
   * What one rank has.
   *
   * @param arena lives as long as the training
   * @param pieces the weights it updates, with their gradients
   * @param states what the optimizer remembers of them, such as {@code adam_m} and {@code adam_v}
   */
  record Rank(
      Kernels kernels,
      Arena arena,
      RankGroups groups,
      List<OwnedPiece> pieces,
      List<OptimizerState> states) {
    /** Copies the lists. */
    public Rank {
      pieces = List.copyOf(pieces);
      states = List.copyOf(states);
    }
  }

  /**
   * Between the reduction of gradients and the update: gradients are those of the global batch, not
   * clipped.
   *
   * @param step 1 for the first
   */
  default void onGradients(long step, MicroLosses losses) {}

  /** After the update, of a step that was not left out. Gradients are no longer there. */
  default void onUpdate(long step) {}

  /** After the last step, whatever ended the training. */
  @Override
  default void close() {}
}
