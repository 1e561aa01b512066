// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.conformance.Conformance.Check;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** All-gather, broadcast, and what arguments are refused. */
final class CopyChecks {
  private static final DType[] TYPES = {DType.F32, DType.F64, DType.I64};

  private CopyChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    for (DType dtype : TYPES) {
      checks.add(new Check("all-gather " + dtype, (w, a) -> gather(w, a, dtype)));
      checks.add(new Check("broadcast " + dtype, (w, a) -> broadcast(w, a, dtype)));
    }
    checks.add(new Check("arguments that are refused", CopyChecks::arguments));
    return checks;
  }

  /** All in the first, all in the last, every other one empty, and larger and larger. */
  static List<Partition> unevenPieces(int ranks) {
    long[] first = new long[ranks + 1];
    long[] last = new long[ranks + 1];
    long[] gaps = new long[ranks + 1];
    long[] growing = new long[ranks + 1];
    last[ranks] = 5003;
    for (int i = 1; i <= ranks; i++) {
      first[i] = 5003;
      gaps[i] = gaps[i - 1] + (i % 2 == 0 ? 7001 : 0);
      growing[i] = growing[i - 1] + (1L << (2 * i));
    }
    return List.of(
        Partition.of(first), Partition.of(last), Partition.of(gaps), Partition.of(growing));
  }

  private static void gather(ProcessGroup world, Arena arena, DType dtype) {
    for (long size : Expect.SIZES) {
      gather(world, arena, dtype, Partition.even(size, world.size()));
    }
    for (Partition pieces : unevenPieces(world.size())) {
      gather(world, arena, dtype, pieces);
    }
  }

  private static void gather(ProcessGroup world, Arena arena, DType dtype, Partition pieces) {
    Pattern[] members = Expect.members(dtype, world);
    Tensor buffer = arena.allocate(dtype, pieces.elements());
    Pattern.constant(dtype, -1).fill(buffer, 0);
    int own = world.rank();
    members[own].fill(buffer.rows(pieces.start(own), pieces.length(own)), pieces.start(own));
    String what = "pieces " + pieces;
    world.allGather(buffer, pieces, what).await();
    for (int m = 0; m < world.size(); m++) {
      Tensor piece = buffer.rows(pieces.start(m), pieces.length(m));
      members[m].require(piece, pieces.start(m), what + ", piece " + m);
    }
  }

  private static void broadcast(ProcessGroup world, Arena arena, DType dtype) {
    Pattern[] members = Expect.members(dtype, world);
    for (int root = 0; root < world.size(); root++) {
      for (long size : Expect.SIZES) {
        Tensor buffer = arena.allocate(dtype, size);
        members[world.rank()].fill(buffer, 0);
        String what = "size " + size + " from " + root;
        world.broadcast(buffer, root, what).await();
        members[root].require(buffer, 0, what);
      }
    }
  }

  private static void arguments(ProcessGroup world, Arena arena) {
    int size = world.size();
    int next = (world.rank() + 1) % size;
    Tensor rows = arena.allocate(DType.F32, 4, 6);
    Tensor turned = rows.transpose(0, 1);
    Tensor integers = arena.allocate(DType.I64, 4);
    Expect.refused(() -> world.allReduce(turned, Reduction.SUM, "x"), "a tensor with gaps");
    Expect.refused(() -> world.broadcast(turned, 0, "x"), "a broadcast of a tensor with gaps");
    Expect.refused(() -> world.broadcast(rows, size, "x"), "a root that is not a member");
    Expect.refused(() -> world.broadcast(rows, -1, "x"), "a negative root");
    Partition short1 = Partition.even(23, size);
    Expect.refused(() -> world.allGather(rows, short1, "x"), "pieces that do not cover");
    Expect.refused(() -> world.reduceScatter(rows, short1, "x"), "pieces that do not cover");
    Partition more = Partition.even(24, size + 1);
    Expect.refused(() -> world.allGather(rows, more, "x"), "a piece too many");
    Partition four = Partition.even(4, size);
    Expect.refused(() -> world.reduceScatter(integers, four, "x"), "a reduce-scatter of I64");
    Expect.refused(() -> world.send(rows, world.rank(), 0, "x"), "sending to oneself");
    Expect.refused(() -> world.receive(rows, world.rank(), 0, "x"), "receiving from oneself");
    Expect.refused(() -> world.send(rows, size, 0, "x"), "sending to nobody");
    Expect.refused(() -> world.send(rows, next, -1, "x"), "a negative tag");
    Expect.refused(() -> world.receive(rows, next, 32768, "x"), "a tag too large");
    world.barrier("after refused arguments").await();
  }
}
