// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.SoloGroup;
import dev.loam.parallel.Work;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations used again and again, in chunks of a few elements, at random times. */
class StressTest {
  private static final int ROUNDS = Boolean.getBoolean("loam.full") ? 20_000 : 1_000;
  private static final int MOST = 100;

  private static final Work NOTHING = SoloGroup.of().barrier("nothing");

  /** An operation under way, and what it has to give. */
  private record Pending(Work work, Tensor tensor, int from, int to, long expected) {
    void finish() {
      work.await();
      long[] values = new long[(int) tensor.elements()];
      tensor.window(0, values.length).asLongBuffer().get(values);
      for (int i = from; i < to; i++) {
        assertThat(values[i]).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void allKindsAtRandomTimes(int size) {
    List<Integer> rounds =
        Ranks.run(
            size,
            Ranks.LONG,
            10 * Long.BYTES,
            (world, arena) -> {
              ProcessGroup turned = world.split(0, -world.rank(), "turned");
              Random timing = new Random();
              Random common = new Random(42);
              List<Pending> pending = new ArrayList<>();
              List<Tensor> tensors = tensors(arena);
              for (int round = 0; round < ROUNDS; round++) {
                ProcessGroup group = common.nextBoolean() ? world : turned;
                int elements = common.nextInt(MOST + 1);
                Tensor tensor = tensors.get(round % tensors.size()).rows(0, elements);
                pending.add(start(group, common.nextInt(4), tensor, round));
                while (pending.size() == tensors.size() || timing.nextInt(8) < pending.size()) {
                  pending.remove(0).finish();
                }
                if (timing.nextInt(20) == 0) {
                  LockSupport.parkNanos(timing.nextInt(100_000));
                }
              }
              pending.forEach(Pending::finish);
              return ROUNDS;
            });
    assertThat(rounds).hasSize(size);
  }

  private static List<Tensor> tensors(Arena arena) {
    List<Tensor> tensors = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      tensors.add(arena.allocate(DType.I64, MOST));
    }
    return tensors;
  }

  private static Pending start(ProcessGroup group, int kind, Tensor tensor, int round) {
    int elements = (int) tensor.elements();
    int size = group.size();
    int rank = group.rank();
    fill(tensor, round + rank);
    String what = "round " + round;
    return switch (kind) {
      case 0 -> {
        long sum = (long) round * size + size * (size - 1) / 2;
        yield new Pending(group.allReduce(tensor, Reduction.SUM, what), tensor, 0, elements, sum);
      }
      case 1 -> {
        int root = round % size;
        Work work = group.broadcast(tensor, root, what);
        yield new Pending(work, tensor, 0, elements, (long) round + root);
      }
      case 2 -> {
        Partition pieces = Partition.even(elements, size);
        int of = round % size;
        int start = (int) pieces.start(of);
        int end = start + (int) pieces.length(of);
        Work work = group.allGather(tensor, pieces, what);
        yield new Pending(work, tensor, start, end, (long) round + of);
      }
      default -> {
        int sender = round % size;
        int receiver = (round + 1) % size;
        if (rank == sender) {
          yield new Pending(
              group.send(tensor, receiver, 1, what), tensor, 0, elements, round + rank);
        }
        Work work = rank == receiver ? group.receive(tensor, sender, 1, what) : NOTHING;
        yield new Pending(
            work, tensor, 0, elements, (long) round + (work == NOTHING ? rank : sender));
      }
    };
  }

  private static void fill(Tensor tensor, long value) {
    long[] values = new long[(int) tensor.elements()];
    Arrays.fill(values, value);
    tensor.window(0, values.length).asLongBuffer().put(values);
  }
}
