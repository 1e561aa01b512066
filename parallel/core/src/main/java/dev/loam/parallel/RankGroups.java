// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.util.Optional;

/**
 * The groups that a rank works in under a layout. All ranks of the world make theirs together.
 *
 * <p>Belongs to the thread of its rank.
 */
public final class RankGroups {
  private final ProcessGroup world;
  private final Layout layout;
  private final Position position;
  private final ProcessGroup tensor;
  private final ProcessGroup data;
  private final ProcessGroup pipeline;
  private final ProcessGroup model;
  private final Optional<ProcessGroup> embedding;

  /**
   * Divides the world; waits for all ranks.
   *
   * @throws IllegalArgumentException if the layout is for another number of ranks
   */
  public RankGroups(ProcessGroup world, Layout layout) {
    if (world.size() != layout.worldSize()) {
      throw new IllegalArgumentException(
          layout + " does not fit a world of " + world.size() + " ranks");
    }
    this.world = world;
    this.layout = layout;
    int rank = world.rank();
    position = layout.position(rank);
    // Every rank makes every split, in this order.
    tensor = split(layout.tensorGroup(rank), "tp");
    data = split(layout.dataGroup(rank), "dp");
    pipeline = split(layout.pipelineGroup(rank), "pp");
    model = split(layout.modelGroup(rank), "model");
    ProcessGroup ends = split(layout.embeddingGroup(rank), "embedding");
    int stages = layout.pipelineStages();
    boolean atEnd = position.stage() == 0 || position.stage() == stages - 1;
    embedding = stages > 1 && atEnd ? Optional.of(ends) : Optional.empty();
  }

  /** A single rank, which has all to itself. */
  public static RankGroups single() {
    return new RankGroups(SoloGroup.of(), Layout.single());
  }

  private ProcessGroup split(GroupMembers members, String name) {
    return world.split(members.color(), members.key(), name);
  }

  /** All ranks. */
  public ProcessGroup world() {
    return world;
  }

  /** How the ranks share the work. */
  public Layout layout() {
    return layout;
  }

  /** Where this rank stands. */
  public Position position() {
    return position;
  }

  /** The ranks that share this rank's layers. */
  public ProcessGroup tensor() {
    return tensor;
  }

  /** The ranks that hold the same weights, for other parts of the batch. */
  public ProcessGroup data() {
    return data;
  }

  /** The stages of this rank's pipeline; a member's rank is its stage. */
  public ProcessGroup pipeline() {
    return pipeline;
  }

  /** The ranks that together hold one whole model. */
  public ProcessGroup model() {
    return model;
  }

  /** First and last stage of this rank's pipeline, where there are two and this is one of them. */
  public Optional<ProcessGroup> embedding() {
    return embedding;
  }
}
