// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Device;
import dev.loam.tensor.Workspace;

/**
 * Memory that all micro batches and all layers of a part use one after the other.
 *
 * @param tokens the most of a micro batch
 * @param rebuilt what a recomputed layer would have kept; without memory where no layer is one
 */
record PartScratch(Arena arena, int tokens, Workspace workspace, LayerActivations rebuilt)
    implements AutoCloseable {
  /**
   * Allocates it.
   *
   * @param config with the sizes of this tensor rank
   * @param streamRows rows of the residual stream of so many tokens
   * @param recomputes whether layers are recomputed
   * @param adapters elements of scratch that adapters take on top
   */
  static PartScratch allocate(
      ComputeLease lease,
      Qwen3Config config,
      int tokens,
      long streamRows,
      boolean recomputes,
      long adapters) {
    Arena arena = lease.newArena(Device.cpu());
    long streams = 2 * Workspace.padded(streamRows * config.hiddenSize());
    long elements = streams + Qwen3Layer.scratch(lease.kernels(), config, tokens) + adapters;
    Workspace workspace = new Workspace(arena, lease.computeType(), elements);
    LayerActivations rebuilt =
        LayerActivations.allocate(
            arena,
            lease.computeType(),
            config,
            recomputes ? tokens : 0,
            recomputes ? streamRows : 0);
    return new PartScratch(arena, tokens, workspace, rebuilt);
  }

  @Override
  public void close() {
    arena.close();
  }
}
