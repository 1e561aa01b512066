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

/** All-reduce and reduce-scatter. */
final class ReductionChecks {
  private static final long MILLIONS = 2_500_003;
  private static final DType[] TYPES = {DType.F32, DType.F64, DType.I64};

  private ReductionChecks() {}

  static List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(new Check("the values tell one order of summing from another", (w, a) -> order(w)));
    for (DType dtype : TYPES) {
      for (Reduction reduction : Reduction.values()) {
        checks.add(
            new Check(
                "all-reduce " + reduction + " " + dtype,
                (w, a) -> allReduce(w, a, dtype, reduction)));
      }
    }
    checks.add(new Check("all-reduce of millions", ReductionChecks::millions));
    checks.add(new Check("the largest of values with a NaN is NaN", ReductionChecks::nan));
    checks.add(new Check("all-reduce of a view within a storage", ReductionChecks::view));
    for (DType dtype : new DType[] {DType.F32, DType.F64}) {
      checks.add(
          new Check(
              "reduce-scatter in even pieces " + dtype, (w, a) -> scatterEvenly(w, a, dtype)));
      checks.add(
          new Check(
              "reduce-scatter in uneven pieces " + dtype, (w, a) -> scatterUnevenly(w, a, dtype)));
    }
    return checks;
  }

  private static void order(ProcessGroup world) {
    Pattern[] members = Expect.members(DType.F32, world);
    boolean same = Pattern.reduced(Reduction.SUM, members).sameBits(Pattern.summedInARow(members));
    Expect.equal(same, world.size() < 3, "that both orders give the same bits");
  }

  private static void allReduce(ProcessGroup world, Arena arena, DType dtype, Reduction reduction) {
    Pattern[] members = Expect.members(dtype, world);
    Pattern expected = Pattern.reduced(reduction, members);
    for (long size : Expect.SIZES) {
      Tensor buffer = arena.allocate(dtype, size);
      members[world.rank()].fill(buffer, 0);
      world.allReduce(buffer, reduction, "size " + size).await();
      expected.require(buffer, 0, "size " + size);
    }
  }

  private static void millions(ProcessGroup world, Arena arena) {
    Pattern[] members = Expect.members(DType.F32, world);
    Tensor buffer = arena.allocate(DType.F32, MILLIONS);
    members[world.rank()].fill(buffer, 0);
    world.allReduce(buffer, Reduction.SUM, "millions").await();
    Pattern.reduced(Reduction.SUM, members).require(buffer, 0, "sum");
  }

  private static void nan(ProcessGroup world, Arena arena) {
    for (DType dtype : new DType[] {DType.F32, DType.F64}) {
      for (int with = 0; with < world.size(); with++) {
        Tensor buffer = arena.allocate(dtype, 3);
        double own = world.rank() == with ? Double.NaN : world.rank();
        buffer.set(world.rank(), own, -world.rank());
        world.allReduce(buffer, Reduction.MAX, "nan").await();
        double[] found = buffer.toDoubles();
        Expect.isTrue(Double.isNaN(found[1]), "of " + dtype + " " + found[1] + " is not NaN");
        Expect.equal(found[0], (double) world.size() - 1, "the element before");
        Expect.isTrue(found[2] == 0, "the element after is " + found[2]);
      }
    }
  }

  private static void view(ProcessGroup world, Arena arena) {
    Pattern[] members = Expect.members(DType.F32, world);
    Pattern outside = Pattern.constant(DType.F32, 42);
    Tensor storage = arena.allocate(DType.F32, 100, 11);
    outside.fill(storage, 0);
    Tensor buffer = storage.rows(3, 91);
    members[world.rank()].fill(buffer, 0);
    world.allReduce(buffer, Reduction.SUM, "view").await();
    Pattern.reduced(Reduction.SUM, members).require(buffer, 0, "the view");
    outside.require(storage.rows(0, 3), 0, "the rows before");
    outside.require(storage.rows(94, 6), 0, "the rows after");
  }

  private static void scatterEvenly(ProcessGroup world, Arena arena, DType dtype) {
    for (long size : Expect.SIZES) {
      scatter(world, arena, dtype, Partition.even(size, world.size()));
    }
    scatter(world, arena, dtype, Partition.even(300_001, world.size()));
  }

  private static void scatterUnevenly(ProcessGroup world, Arena arena, DType dtype) {
    for (Partition pieces : CopyChecks.unevenPieces(world.size())) {
      scatter(world, arena, dtype, pieces);
    }
  }

  private static void scatter(ProcessGroup world, Arena arena, DType dtype, Partition pieces) {
    Pattern[] members = Expect.members(dtype, world);
    Tensor buffer = arena.allocate(dtype, pieces.elements());
    members[world.rank()].fill(buffer, 0);
    String what = "pieces " + pieces;
    world.reduceScatter(buffer, pieces, what).await();
    long start = pieces.start(world.rank());
    Pattern.reduced(Reduction.SUM, members)
        .require(buffer.rows(start, pieces.length(world.rank())), start, what);
  }
}
