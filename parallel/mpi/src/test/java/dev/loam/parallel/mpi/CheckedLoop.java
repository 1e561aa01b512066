// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.Random;

/** Round after round of operations on small whole numbers, each result checked. */
final class CheckedLoop {
  private static final int MOST = 100_000;
  private static final int WARM = 20;

  private final ProcessGroup world;
  private final Tensor memory;

  CheckedLoop(ProcessGroup world, Arena arena) {
    this.world = world;
    memory = arena.allocate(DType.F32, MOST);
  }

  void run(long rounds) {
    for (long round = 0; round < rounds; round++) {
      Random random = new Random(round);
      int elements = 2 + random.nextInt(random.nextBoolean() ? 1000 : MOST - 2);
      boolean halves = random.nextInt(50) == 0;
      ProcessGroup group = halves ? world.split(world.rank() % 2, world.rank(), "half") : world;
      step(group, random, elements, round);
      if (world.rank() == Integer.getInteger("fail.rank", -1)
          && round == Long.getLong("fail.round", -1)) {
        System.out.println("rank " + world.rank() + " fails now");
        throw new IllegalStateException("made to fail");
      }
      if (round == WARM) {
        System.out.println("rank " + world.rank() + " is looping");
      }
    }
  }

  private void step(ProcessGroup group, Random random, int elements, long round) {
    Tensor buffer = memory.rows(0, elements);
    fill(buffer, value(group.worldRank(group.rank()), round));
    int sum = 0;
    for (int member = 0; member < group.size(); member++) {
      sum += value(group.worldRank(member), round);
    }
    Partition pieces = Partition.even(elements, group.size());
    String what = "round " + round;
    switch (random.nextInt(5)) {
      case 0 -> {
        group.allReduce(buffer, Reduction.SUM, what).await();
        require(buffer, sum, what);
      }
      case 1 -> {
        group.reduceScatter(buffer, pieces, what).await();
        require(piece(buffer, pieces, group.rank()), sum, what);
      }
      case 2 -> {
        group.allGather(buffer, pieces, what).await();
        for (int member = 0; member < group.size(); member++) {
          require(piece(buffer, pieces, member), value(group.worldRank(member), round), what);
        }
      }
      case 3 -> {
        int root = random.nextInt(group.size());
        group.broadcast(buffer, root, what).await();
        require(buffer, value(group.worldRank(root), round), what);
      }
      default -> ring(group, buffer, round, what);
    }
  }

  private static void ring(ProcessGroup group, Tensor buffer, long round, String what) {
    if (group.size() == 1) {
      return;
    }
    int previous = (group.rank() + group.size() - 1) % group.size();
    long half = buffer.elements() / 2;
    Tensor received = buffer.rows(half, half);
    Work receive = group.receive(received, previous, 3, what);
    group.send(buffer.rows(0, half), (group.rank() + 1) % group.size(), 3, what).await();
    receive.await();
    require(received, value(group.worldRank(previous), round), what);
  }

  private static int value(int worldRank, long round) {
    return (int) ((worldRank + 1) * 37L + round) % 1000;
  }

  private static Tensor piece(Tensor buffer, Partition pieces, int member) {
    return buffer.rows(pieces.start(member), pieces.length(member));
  }

  private static void fill(Tensor buffer, int value) {
    ByteBuffer window = buffer.window(0, buffer.elements());
    for (int i = 0; i < buffer.elements(); i++) {
      window.putFloat(i * Float.BYTES, value);
    }
  }

  private static void require(Tensor buffer, int value, String what) {
    ByteBuffer window = buffer.window(0, buffer.elements());
    for (int i = 0; i < buffer.elements(); i++) {
      float found = window.getFloat(i * Float.BYTES);
      if (found != value) {
        throw new AssertionError(
            "WRONG: " + what + ", element " + i + " is " + found + ", not " + value);
      }
    }
  }
}
