// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two replicas whose backward pass takes its time over each of ten weights. */
class ReductionOverlapTest {
  private static final int WEIGHTS = 10;
  private static final long SIZE = 10_000;

  /**
   * A rank's step.
   *
   * @param sums of the gradients that this rank owns
   * @param backwardEndNanos when the last gradient was there
   */
  private record Step(
      List<Double> sums, List<GradientReduction.Timing> timings, long backwardEndNanos) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void earlyBucketsAreSummedBesideTheBackwardPass(boolean sharded) {
    List<Step> small = run(2 * SIZE, sharded);
    List<Step> whole = run(WEIGHTS * SIZE * 2, sharded);
    for (int rank = 0; rank < 2; rank++) {
      List<GradientReduction.Timing> timings = small.get(rank).timings();
      assertThat(timings).hasSize(WEIGHTS / 2);
      // The pass goes on for 160 ms and more after the first bucket is complete.
      assertThat(timings.get(0).completedNanos()).isLessThan(small.get(rank).backwardEndNanos());
      assertThat(timings).allMatch(t -> t.startedNanos() <= t.completedNanos());
      assertThat(timings.get(0).bucket()).contains("w8");
      assertThat(whole.get(rank).timings())
          .singleElement()
          .satisfies(one -> assertThat(one.bucket()).contains("w0"));
    }
    List<Double> smallSums = small.stream().flatMap(step -> step.sums().stream()).sorted().toList();
    List<Double> wholeSums = whole.stream().flatMap(step -> step.sums().stream()).sorted().toList();
    assertThat(smallSums).isEqualTo(wholeSums);
  }

  private static List<Step> run(long bucketElements, boolean sharded) {
    List<ComputeLease> leases = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      leases.add(Engine.named("torch").lease(1));
    }
    try {
      return ThreadRanks.run(
          leases,
          Duration.ofSeconds(60),
          (world, lease) -> step(world, lease, bucketElements, sharded));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static Step step(
      ProcessGroup world, ComputeLease lease, long bucketElements, boolean sharded) {
    RankGroups groups = new RankGroups(world, Layout.of(2, 1, 1).withShardedOptimizer(sharded));
    try (Arena arena = lease.newArena(Device.cpu())) {
      List<Weight> weights = new ArrayList<>();
      for (int i = 0; i < WEIGHTS; i++) {
        Tensor value = arena.allocate(DType.F32, SIZE);
        Shape shape = value.shape();
        weights.add(
            new Weight(
                value,
                List.of(new Parameter("w" + i, shape, Slice.whole(shape), value, true, true))));
      }
      Gradients gradients = new Gradients(arena, weights);
      GradientReduction reduction =
          new GradientReduction(
              lease.kernels(), gradients, groups, Optional.empty(), bucketElements);
      gradients.begin(1);
      SplittableRandom random = new SplittableRandom(world.rank());
      Collections.reverse(weights);
      for (Weight weight : weights) {
        LockSupport.parkNanos(20_000_000);
        gradients.contribute(
            weight, (gradient, add) -> gradient.set(random.doubles(SIZE, -1, 1).toArray()));
      }
      long end = System.nanoTime();
      reduction.finish();
      List<Double> sums = new ArrayList<>();
      for (OwnedPiece piece : reduction.owned()) {
        for (double value : piece.gradient().toDoubles()) {
          sums.add(value);
        }
      }
      world.barrier("end").await();
      return new Step(sums, reduction.timings(), end);
    }
  }
}
