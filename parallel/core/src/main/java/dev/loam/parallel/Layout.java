// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How a model and its batches are spread over ranks. Tensor-parallel neighbours have adjacent ranks
 * and stages lie furthest apart: {@code rank = ((stage * dp) + data) * tp + tensor}. Any values can
 * be held; {@link #problems} says what is wrong with them. Immutable.
 *
 * @param dataParallel replicas of the model, each with its own part of the batch (dp)
 * @param tensorParallel ranks that share each layer (tp)
 * @param pipelineStages ranks that share the layers among them (pp)
 * @param virtualStages runs of layers that each stage has; more than 1 is an interleaved pipeline,
 *     in which chunk {@code c} of stage {@code s} is virtual stage {@code c * pp + s}
 * @param microBatches micro batches of a data-parallel replica in each step
 * @param offset layers that each virtual stage has more than the rounded-down mean, by chunk and
 *     stage; empty to give a remainder to the earliest virtual stages
 * @param sequenceParallel whether tensor-parallel ranks share the tokens between their layers
 * @param shardedOptimizer whether data-parallel ranks share the optimizer states (ZeRO-1)
 */
public record Layout(
    int dataParallel,
    int tensorParallel,
    int pipelineStages,
    int virtualStages,
    int microBatches,
    List<List<Integer>> offset,
    boolean sequenceParallel,
    boolean shardedOptimizer) {

  /** Copies the offset. */
  public Layout {
    offset = offset.stream().map(List::copyOf).toList();
  }

  /** One micro batch, no virtual stages, nothing sharded further. */
  public static Layout of(int dataParallel, int tensorParallel, int pipelineStages) {
    return new Layout(dataParallel, tensorParallel, pipelineStages, 1, 1, List.of(), false, false);
  }

  /** One rank. */
  public static Layout single() {
    return of(1, 1, 1);
  }

  /** With that many runs of layers on each stage. */
  public Layout withVirtualStages(int count) {
    return new Layout(
        dataParallel,
        tensorParallel,
        pipelineStages,
        count,
        microBatches,
        offset,
        sequenceParallel,
        shardedOptimizer);
  }

  /** With that many micro batches of a replica in each step. */
  public Layout withMicroBatches(int count) {
    return new Layout(
        dataParallel,
        tensorParallel,
        pipelineStages,
        virtualStages,
        count,
        offset,
        sequenceParallel,
        shardedOptimizer);
  }

  /**
   * With extra layers for virtual stages.
   *
   * @param extra one list for each chunk with one number for each stage; empty for none
   */
  public Layout withOffset(List<List<Integer>> extra) {
    return new Layout(
        dataParallel,
        tensorParallel,
        pipelineStages,
        virtualStages,
        microBatches,
        extra,
        sequenceParallel,
        shardedOptimizer);
  }

  /** With or without sequence parallelism. */
  public Layout withSequenceParallel(boolean on) {
    return new Layout(
        dataParallel,
        tensorParallel,
        pipelineStages,
        virtualStages,
        microBatches,
        offset,
        on,
        shardedOptimizer);
  }

  /** With or without optimizer states shared among data-parallel ranks. */
  public Layout withShardedOptimizer(boolean on) {
    return new Layout(
        dataParallel,
        tensorParallel,
        pipelineStages,
        virtualStages,
        microBatches,
        offset,
        sequenceParallel,
        on);
  }

  /** The number of ranks. */
  public int worldSize() {
    return Math.multiplyExact(Math.multiplyExact(dataParallel, tensorParallel), pipelineStages);
  }

  /** The rank at a position. */
  public int rank(int stage, int data, int tensor) {
    requireWithin(stage, pipelineStages, "stage");
    requireWithin(data, dataParallel, "data-parallel replica");
    requireWithin(tensor, tensorParallel, "tensor-parallel shard");
    return (stage * dataParallel + data) * tensorParallel + tensor;
  }

  /** The position of a rank. */
  public Position position(int rank) {
    requireWithin(rank, worldSize(), "rank");
    int replica = rank / tensorParallel;
    return new Position(replica / dataParallel, replica % dataParallel, rank % tensorParallel);
  }

  /** The ranks that share a rank's layers: same stage, same replica. */
  public GroupMembers tensorGroup(int rank) {
    Position at = position(rank);
    List<Integer> ranks = ranks(tensorParallel, t -> rank(at.stage(), at.data(), t));
    return new GroupMembers(at.stage() * dataParallel + at.data(), at.tensor(), ranks);
  }

  /** The ranks that hold the same weights: same stage, same shard. */
  public GroupMembers dataGroup(int rank) {
    Position at = position(rank);
    List<Integer> ranks = ranks(dataParallel, d -> rank(at.stage(), d, at.tensor()));
    return new GroupMembers(at.stage() * tensorParallel + at.tensor(), at.data(), ranks);
  }

  /** The stages of one pipeline: same replica, same shard. */
  public GroupMembers pipelineGroup(int rank) {
    Position at = position(rank);
    List<Integer> ranks = ranks(pipelineStages, s -> rank(s, at.data(), at.tensor()));
    return new GroupMembers(pipeline(at), at.stage(), ranks);
  }

  /** The ranks that hold one whole model: same replica. */
  public GroupMembers modelGroup(int rank) {
    Position at = position(rank);
    List<Integer> ranks =
        ranks(
            pipelineStages * tensorParallel,
            i -> rank(i / tensorParallel, at.data(), i % tensorParallel));
    return new GroupMembers(at.data(), at.stage() * tensorParallel + at.tensor(), ranks);
  }

  /**
   * The first and the last stage of a rank's pipeline, which both hold a tied embedding. The stages
   * between them are a group as well, since all ranks have to take part in a split.
   */
  public GroupMembers embeddingGroup(int rank) {
    Position at = position(rank);
    int last = pipelineStages - 1;
    boolean between = at.stage() > 0 && at.stage() < last;
    List<Integer> members = new ArrayList<>();
    for (int s = 0; s < pipelineStages; s++) {
      if ((s > 0 && s < last) == between) {
        members.add(rank(s, at.data(), at.tensor()));
      }
    }
    int color = pipeline(at) + (between ? dataParallel * tensorParallel : 0);
    return new GroupMembers(color, members.indexOf(rank), members);
  }

  private int pipeline(Position at) {
    return at.data() * tensorParallel + at.tensor();
  }

  /**
   * The layers of a chunk of a stage.
   *
   * @param layerCount the layers of the model
   * @throws IllegalArgumentException if they cannot be shared so, see {@link #problems}
   */
  public LayerRange layers(int stage, int chunk, int layerCount) {
    requireWithin(stage, pipelineStages, "stage");
    requireWithin(chunk, virtualStages, "chunk");
    return LayerSplit.range(this, chunk * pipelineStages + stage, layerCount);
  }

  /** How many layers a stage has, all its chunks together; see {@link #layers}. */
  public int layersOfStage(int stage, int layerCount) {
    return IntStream.range(0, virtualStages)
        .map(chunk -> layers(stage, chunk, layerCount).count())
        .sum();
  }

  /**
   * Everything that stands against training a model this way, with what to do about it; empty if
   * nothing does.
   *
   * @param ranks the number of ranks there are
   */
  public List<String> problems(ModelShape shape, int ranks) {
    return new LayoutCheck(this).problems(shape, ranks);
  }

  /** One line for people, such as {@code dp 2 x tp 2 x pp 2 (8 ranks)}. */
  public String describe() {
    long world = (long) dataParallel * tensorParallel * pipelineStages;
    StringBuilder text = new StringBuilder(sizes());
    text.append(" (").append(world).append(world == 1 ? " rank)" : " ranks)");
    if (virtualStages > 1) {
      text.append(", ").append(virtualStages).append(" virtual stages");
    }
    if (microBatches > 1) {
      text.append(", ").append(microBatches).append(" micro batches");
    }
    if (!offset.isEmpty()) {
      text.append(", offset ").append(offset.size() == 1 ? offset.get(0) : offset);
    }
    text.append(sequenceParallel ? ", sequence parallel" : "");
    return text.append(shardedOptimizer ? ", sharded optimizer" : "").toString();
  }

  String sizes() {
    return "dp " + dataParallel + " x tp " + tensorParallel + " x pp " + pipelineStages;
  }

  @Override
  public String toString() {
    return describe();
  }

  private static List<Integer> ranks(int count, IntUnaryOperator rank) {
    return IntStream.range(0, count).map(rank).boxed().toList();
  }

  private void requireWithin(int index, int count, String what) {
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException("no " + what + " " + index + " in " + this);
    }
  }
}
