// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Work;
import dev.loam.tensor.Tensor;

/**
 * The boundary between two neighbouring virtual stages, seen from one of them. With two stages the
 * neighbours on both sides are the same rank, so tags tell boundaries and directions apart.
 */
final class Link {
  private static final int TAGS = 32768;

  private final ProcessGroup group;
  private final int peer;
  private final int firstTag;
  private final int tags;
  private final String where;

  private Link(StagePlan plan, ProcessGroup group, int lower, int peer) {
    int boundaries = plan.stages() * plan.virtualStages() - 1;
    this.group = group;
    this.peer = peer;
    this.tags = TAGS / 2 / boundaries;
    if (tags == 0) {
      throw new IllegalArgumentException(
          boundaries + 1 + " virtual stages in all are more than " + (TAGS / 2 + 1));
    }
    this.firstTag = lower * 2 * tags;
    String stages = plan.virtualStages() == 1 ? "stages " : "virtual stages ";
    this.where = " between " + stages + lower + " and " + (lower + 1);
  }

  /** The link of a chunk to the virtual stage before it. */
  static Link toPrevious(StagePlan plan, int chunk, ProcessGroup group) {
    int stages = plan.stages();
    int peer = (plan.stage() + stages - 1) % stages;
    return new Link(plan, group, plan.virtualStage(chunk) - 1, peer);
  }

  /** The link of a chunk to the virtual stage after it. */
  static Link toNext(StagePlan plan, int chunk, ProcessGroup group) {
    int peer = (plan.stage() + 1) % plan.stages();
    return new Link(plan, group, plan.virtualStage(chunk), peer);
  }

  /** Sends activations (forward) or their gradient (backward). */
  Work send(Tensor tensor, Action.Kind direction, int microBatch) {
    return group.send(tensor, peer, tag(direction, microBatch), what(direction, microBatch));
  }

  /** Receives what the other side sends. */
  Work receive(Tensor tensor, Action.Kind direction, int microBatch) {
    return group.receive(tensor, peer, tag(direction, microBatch), what(direction, microBatch));
  }

  private int tag(Action.Kind direction, int microBatch) {
    int first = direction == Action.Kind.FORWARD ? firstTag : firstTag + tags;
    return first + microBatch % tags;
  }

  private String what(Action.Kind direction, int microBatch) {
    String tensor = direction == Action.Kind.FORWARD ? "activations" : "gradient";
    return tensor + " of micro batch " + microBatch + where;
  }
}
