// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.parallel.conformance.Conformance.Check;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.List;

/** Barriers and groups within the world. */
final class GroupChecks {
  private static final int PAUSE_MILLIS = 15;

  private GroupChecks() {}

  static List<Check> all() {
    return List.of(
        new Check("nobody leaves a barrier before all came", GroupChecks::barrier),
        new Check("the world has the ranks in order", (w, a) -> world(w)),
        new Check("groups by color, ordered by key", GroupChecks::split),
        new Check("groups of one", GroupChecks::alone),
        new Check("a group of a group", GroupChecks::nested),
        new Check("several groups at once", GroupChecks::overlapping));
  }

  /**
   * The late rank sleeps after a sum that needs all, so every other one, by its own clock, is at
   * least that long on its way from before the sum to after the barrier.
   */
  private static void barrier(ProcessGroup world, Arena arena) {
    Tensor buffer = arena.allocate(DType.I64, 1).set(new long[1]);
    for (int late = 0; late < world.size(); late++) {
      long before = System.nanoTime();
      world.allReduce(buffer, Reduction.SUM, "before the barrier").await();
      if (world.rank() == late) {
        pause();
      }
      world.barrier("late " + late).await();
      long millis = (System.nanoTime() - before) / 1_000_000;
      Expect.isTrue(
          millis >= PAUSE_MILLIS - 1, "rank " + late + " was left after " + millis + " ms");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void world(ProcessGroup world) {
    Expect.isTrue(!world.name().isEmpty(), "no name");
    for (int m = 0; m < world.size(); m++) {
      Expect.equal(world.worldRank(m), m, "the world rank of member " + m);
    }
  }

  private static void split(ProcessGroup world, Arena arena) {
    int color = world.rank() % 2;
    ProcessGroup group = world.split(color, -world.rank(), "half");
    int size = (world.size() + 1 - color) / 2;
    Expect.equal(group.name(), "half", "the name");
    Expect.equal(group.size(), size, "the size");
    Expect.equal(group.rank(), size - 1 - world.rank() / 2, "the rank");
    for (int m = 0; m < size; m++) {
      Expect.equal(group.worldRank(m), color + 2 * (size - 1 - m), "the world rank of member " + m);
    }
    requireSum(group, arena);
    ProcessGroup same = world.split(7, 3, "all");
    Expect.equal(same.rank(), world.rank(), "the rank where all keys are equal");
    Expect.equal(same.size(), world.size(), "the size where all colors are equal");
    requireSum(same, arena);
  }

  private static void alone(ProcessGroup world, Arena arena) {
    ProcessGroup group = world.split(world.rank(), 0, "alone");
    Expect.equal(group.size(), 1, "the size");
    Expect.equal(group.rank(), 0, "the rank");
    Expect.equal(group.worldRank(0), world.rank(), "the world rank");
    requireSum(group, arena);
    Expect.isTrue(group.barrier("alone").isDone(), "a barrier of one is not immediate");
  }

  private static void nested(ProcessGroup world, Arena arena) {
    ProcessGroup half = world.split(world.rank() * 2 / world.size(), 0, "half");
    ProcessGroup turned = half.split(0, -half.rank(), "turned");
    Expect.equal(turned.rank(), half.size() - 1 - half.rank(), "the rank");
    for (int m = 0; m < turned.size(); m++) {
      Expect.equal(
          turned.worldRank(m),
          half.worldRank(half.size() - 1 - m),
          "the world rank of member " + m);
    }
    requireSum(turned, arena);
    requireSum(half, arena);
  }

  private static void overlapping(ProcessGroup world, Arena arena) {
    ProcessGroup rows = world.split(world.rank() / 2, world.rank(), "rows");
    ProcessGroup columns = world.split(world.rank() % 2, world.rank(), "columns");
    ProcessGroup[] groups = {columns, world, rows};
    for (int round = 0; round < 20; round++) {
      Work[] works = new Work[3];
      Tensor[] buffers = new Tensor[3];
      for (int i = 0; i < 3; i++) {
        buffers[i] = arena.allocate(DType.F32, 3000);
        Pattern.of(DType.F32, groups[i].rank()).fill(buffers[i], i);
        works[i] = groups[i].allReduce(buffers[i], Reduction.SUM, "round " + round);
      }
      for (int i = 2; i >= 0; i--) {
        works[(i + world.rank()) % 3].await();
      }
      for (int i = 0; i < 3; i++) {
        Pattern.reduced(Reduction.SUM, Expect.members(DType.F32, groups[i]))
            .require(buffers[i], i, groups[i].name());
      }
    }
  }

  private static void requireSum(ProcessGroup group, Arena arena) {
    Pattern[] members = Expect.members(DType.F32, group);
    Tensor buffer = arena.allocate(DType.F32, 4099);
    members[group.rank()].fill(buffer, 0);
    group.allReduce(buffer, Reduction.SUM, "sum").await();
    Pattern.reduced(Reduction.SUM, members).require(buffer, 0, "the sum of " + group.name());
  }
}
