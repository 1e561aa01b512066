// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import dev.loam.parallel.GroupMembers;
import dev.loam.parallel.Layout;
import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * A group whose other members are not there: operations leave the tensor as it is, and what this
 * member would send is counted.
 *
 * @param worldRanks of all members, in order
 * @param sent is told of bytes
 */
record CountingGroup(
    @Override String name,
    @Override int rank,
    List<Integer> worldRanks,
    Layout layout,
    LongConsumer sent)
    implements ProcessGroup {

  /** All ranks of a layout, seen from one of them. */
  static CountingGroup world(Layout layout, int rank, LongConsumer sent) {
    List<Integer> all = IntStream.range(0, layout.worldSize()).boxed().toList();
    return new CountingGroup("world", rank, all, layout, sent);
  }

  @Override
  public int size() {
    return worldRanks.size();
  }

  @Override
  public int worldRank(int member) {
    return worldRanks.get(member);
  }

  /** The groups of a layout; each rank knows its own. */
  @Override
  public ProcessGroup split(int color, int key, String newName) {
    int own = worldRank(rank);
    GroupMembers members =
        switch (newName) {
          case "tp" -> layout.tensorGroup(own);
          case "dp" -> layout.dataGroup(own);
          case "pp" -> layout.pipelineGroup(own);
          case "model" -> layout.modelGroup(own);
          case "embedding" -> layout.embeddingGroup(own);
          default -> throw new IllegalArgumentException("no group " + newName + " in " + layout);
        };
    return new CountingGroup(newName, members.key(), members.ranks(), layout, sent);
  }

  @Override
  public Work allReduce(Tensor buffer, Reduction reduction, String what) {
    return collective(buffer, 2);
  }

  @Override
  public Work reduceScatter(Tensor buffer, Partition pieces, String what) {
    return collective(buffer, 1);
  }

  @Override
  public Work allGather(Tensor buffer, Partition pieces, String what) {
    return collective(buffer, 1);
  }

  @Override
  public Work broadcast(Tensor buffer, int root, String what) {
    return collective(buffer, rank == root ? 1 : 0);
  }

  /** Each member gives all pieces but its own away, so many times. */
  private Work collective(Tensor buffer, int times) {
    sent.accept(times * bytes(buffer) * (size() - 1) / size());
    return new Done();
  }

  @Override
  public Work send(Tensor buffer, int to, int tag, String what) {
    sent.accept(bytes(buffer));
    return new Done();
  }

  private static long bytes(Tensor buffer) {
    return buffer.elements() * buffer.dtype().bytes();
  }

  @Override
  public Work receive(Tensor buffer, int from, int tag, String what) {
    return new Done();
  }

  @Override
  public Work barrier(String what) {
    return new Done();
  }

  @Override
  public void abort(Throwable cause) {}

  private record Done() implements Work {
    @Override
    public boolean isDone() {
      return true;
    }

    @Override
    public void await(Duration deadline) {}

    @Override
    public void await() {}

    @Override
    public long completedNanos() {
      return 0;
    }
  }
}
