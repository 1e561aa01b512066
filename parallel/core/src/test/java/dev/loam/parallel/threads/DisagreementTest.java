// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.loam.parallel.Partition;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.Reduction;
import dev.loam.parallel.Work;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ranks that do not call the same operation. */
class DisagreementTest {
  private interface Start {
    Work on(ProcessGroup world, Tensor ten, Tensor eleven, Tensor integers);
  }

  private static Arguments pair(Start a, Start b, String nameOfA, String nameOfB) {
    return Arguments.of(nameOfA, nameOfB, a, b);
  }

  static Stream<Arguments> disagreements() {
    return Stream.of(
        pair(
            (w, t, e, i) -> w.allReduce(t, Reduction.SUM, "a"),
            (w, t, e, i) -> w.allReduce(e, Reduction.SUM, "b"),
            "all-reduce SUM of F32[10] (a)",
            "all-reduce SUM of F32[11] (b)"),
        pair(
            (w, t, e, i) -> w.allReduce(t, Reduction.SUM, "a"),
            (w, t, e, i) -> w.allReduce(t, Reduction.MAX, "a"),
            "all-reduce SUM of F32[10] (a)",
            "all-reduce MAX of F32[10] (a)"),
        pair(
            (w, t, e, i) -> w.allReduce(t, Reduction.SUM, "a"),
            (w, t, e, i) -> w.allReduce(i, Reduction.SUM, "a"),
            "all-reduce SUM of F32[10] (a)",
            "all-reduce SUM of I64[10] (a)"),
        pair(
            (w, t, e, i) -> w.broadcast(t, 0, "a"),
            (w, t, e, i) -> w.broadcast(t, 1, "a"),
            "broadcast of F32[10] from member 0 (a)",
            "broadcast of F32[10] from member 1 (a)"),
        pair(
            (w, t, e, i) -> w.barrier("a"),
            (w, t, e, i) -> w.broadcast(t, 1, "b"),
            "barrier (a)",
            "broadcast of F32[10] from member 1 (b)"),
        pair(
            (w, t, e, i) -> w.allGather(t, Partition.of(0, 5, 10), "a"),
            (w, t, e, i) -> w.allGather(t, Partition.of(0, 6, 10), "a"),
            "all-gather of F32[10] in pieces [0, 5, 10] (a)",
            "all-gather of F32[10] in pieces [0, 6, 10] (a)"),
        pair(
            (w, t, e, i) -> w.send(t, 1, 4, "a"),
            (w, t, e, i) -> w.receive(e, 0, 4, "b"),
            "send of F32[10] (a)",
            "receive of F32[11] (b)"));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("disagreements")
  void bothAreNamed(String nameOfA, String nameOfB, Start a, Start b) {
    RankFailedException failure =
        catchThrowableOfType(
            RankFailedException.class,
            () ->
                Ranks.run(
                    2,
                    (world, arena) -> {
                      Tensor ten = arena.allocate(DType.F32, 10);
                      Tensor eleven = arena.allocate(DType.F32, 11);
                      Tensor integers = arena.allocate(DType.I64, 10);
                      world.barrier("before").await();
                      (world.rank() == 0 ? a : b).on(world, ten, eleven, integers).await();
                      return 0;
                    }));
    assertThat(failure)
        .hasMessageStartingWith("ranks disagree in ")
        .hasMessageContaining(" of group world: rank ")
        .hasMessageContaining("rank 0 called " + nameOfA)
        .hasMessageContaining("rank 1 called " + nameOfB);
    assertThat(Ranks.communicationThreads()).isEmpty();
  }
}
