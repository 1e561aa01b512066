// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the ranks of a save tell one another. All call the same methods in the same order. */
final class Exchange {
  private final ProcessGroup ranks;
  private final Arena arena;

  Exchange(ProcessGroup ranks, Arena arena) {
    this.ranks = ranks;
    this.arena = arena;
  }

  int rank() {
    return ranks.rank();
  }

  int size() {
    return ranks.size();
  }

  boolean isFirst() {
    return rank() == 0;
  }

  /** The numbers of every rank, as many as each has. */
  List<long[]> gather(String what, long... mine) {
    long[] counts = gather(what, Partition.even(size(), size()), mine.length);
    long[] bounds = new long[counts.length + 1];
    for (int i = 0; i < counts.length; i++) {
      bounds[i + 1] = bounds[i] + counts[i];
    }
    LongBuffer numbers = LongBuffer.wrap(gather(what, Partition.of(bounds), mine));
    List<long[]> result = new ArrayList<>();
    for (long count : counts) {
      long[] piece = new long[(int) count];
      numbers.get(piece);
      result.add(piece);
    }
    return result;
  }

  /** The numbers of every other rank. */
  List<long[]> gatherOthers(String what, long... mine) {
    List<long[]> all = gather(what, mine);
    all.remove(rank());
    return all;
  }

  /** The sum of a number over the ranks. */
  long sum(String what, long mine) {
    return gather(what, mine).stream().flatMapToLong(Arrays::stream).sum();
  }

  private long[] gather(String what, Partition pieces, long... mine) {
    if (pieces.elements() == 0) {
      return mine;
    }
    Tensor all = arena.allocate(DType.I64, pieces.elements());
    all.window(pieces.start(rank()), mine.length).asLongBuffer().put(mine);
    ranks.allGather(all, pieces, what).await();
    long[] numbers = new long[(int) pieces.elements()];
    all.window(0, numbers.length).asLongBuffer().get(numbers);
    return numbers;
  }

  /**
   * Returns if all ranks succeeded. Otherwise a rank that failed throws its own failure, and the
   * others say which did.
   *
   * @param problem what it means, such as "the checkpoint x was not saved"
   * @param failure of this rank
   */
  void requireSuccess(String problem, Optional<Throwable> failure) {
    List<long[]> failed = gather("success of a save", failure.isPresent() ? 1 : 0);
    if (failure.isPresent()) {
      throw unchecked(failure.get());
    }
    for (int i = 0; i < failed.size(); i++) {
      if (failed.get(i)[0] != 0) {
        throw new SaveFailedException(
            problem + ": rank " + ranks.worldRank(i) + " failed; its own message says why");
      }
    }
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure;
  }
}
