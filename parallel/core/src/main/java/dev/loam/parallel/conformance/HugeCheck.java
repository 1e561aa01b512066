// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;

/** Sizes beyond what an {@code int} counts. */
final class HugeCheck {
  private static final long ELEMENTS = (1L << 31) / Float.BYTES + 2;

  private HugeCheck() {}

  static void run(ProcessGroup world, Arena arena) {
    Tensor buffer = arena.allocate(DType.F32, ELEMENTS);
    Pattern[] members = Expect.members(DType.F32, world);
    members[world.rank()].fill(buffer, 0);
    world.allReduce(buffer, Reduction.SUM, "huge").await();
    Pattern.reduced(Reduction.SUM, members).require(buffer, 0, "all-reduce");

    members[world.rank()].fill(buffer, 0);
    int last = world.size() - 1;
    world.broadcast(buffer, last, "huge").await();
    members[last].require(buffer, 0, "broadcast");

    Pattern other = Pattern.of(DType.F32, world.size());
    if (world.rank() == 0 && last > 0) {
      other.fill(buffer, 0);
      world.send(buffer, last, 1, "huge").await();
    } else if (world.rank() == last && last > 0) {
      Work work = world.receive(buffer, 0, 1, "huge");
      work.await();
      other.require(buffer, 0, "receive");
    }
  }
}
