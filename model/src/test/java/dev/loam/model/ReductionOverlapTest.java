// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Two replicas sum the gradients of the last layers while the first are still on their way. */
class ReductionOverlapTest {
  private static final int TOKENS = 128;
  private static final Qwen3Config CONFIG =
      new Qwen3Config(
          64, 128, 384, 8, 4, 2, 32, TOKENS, 1e4, 1e-6, 0.1, false, SpecialTokens.none());
  private static final int ATTEMPTS = 5;

  /**
   * A rank's step.
   *
   * @param backwardEndNanos when the backward pass was over
   */
  private record Step(
      Map<String, float[]> gradients,
      List<GradientReduction.Timing> timings,
      long backwardEndNanos) {
    /** Buckets that were done when the gradients of the last one were not yet there. */
    long overlapped() {
      long last = timings.get(timings.size() - 1).startedNanos();
      assertThat(last).isLessThanOrEqualTo(backwardEndNanos);
      return timings.stream().filter(t -> t.completedNanos() < last).count();
    }
  }

  @Test
  void earlyBucketsAreSummedBesideTheBackwardPass() {
    List<Step> whole = run(Long.MAX_VALUE);
    assertThat(whole).allSatisfy(step -> assertThat(step.timings()).hasSize(1));
    long overlapped = 0;
    // A busy machine may hold one rank up for as long as the pass of the other takes.
    for (int attempt = 0; attempt < ATTEMPTS && overlapped == 0; attempt++) {
      List<Step> steps = run(50_000);
      for (int rank = 0; rank < 2; rank++) {
        Map<String, float[]> expected = whole.get(rank).gradients();
        steps
            .get(rank)
            .gradients()
            .forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
      }
      assertThat(steps.get(0).timings()).hasSizeGreaterThan(8);
      overlapped = Math.min(steps.get(0).overlapped(), steps.get(1).overlapped());
    }
    assertThat(overlapped).isPositive();
  }

  private static List<Step> run(long bucketElements) {
    List<ComputeLease> leases = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      leases.add(Engine.named("torch").lease(1));
    }
    try {
      return ThreadRanks.run(
          leases, Duration.ofSeconds(60), (world, lease) -> step(world, lease, bucketElements));
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static Step step(ProcessGroup world, ComputeLease lease, long bucketElements) {
    RankGroups groups = new RankGroups(world, Layout.of(2, 1, 1));
    SplittableRandom random = new SplittableRandom(world.rank());
    MicroBatch batch =
        new MicroBatch(
            random.longs(TOKENS, 0, 64).toArray(),
            random.longs(TOKENS, 0, 64).toArray(),
            LongStream.range(0, TOKENS).toArray(),
            CuSeqlens.rows(1, TOKENS));
    try (Qwen3Model model = Qwen3Model.share(lease, CONFIG, TOKENS, groups);
        Arena arena = lease.newArena(Device.cpu())) {
      model.initialize(1);
      Gradients gradients = new Gradients(arena, model.weights());
      GradientReduction reduction =
          new GradientReduction(
              lease.kernels(), gradients, groups, Optional.empty(), bucketElements);
      Pipeline pipeline =
          Pipeline.of(
              StagePlan.single(1),
              groups.pipeline(),
              model.parts(),
              lease,
              arena,
              TOKENS,
              StepClock.none());
      long[] end = new long[1];
      pipeline.listener((action, startNanos, endNanos) -> end[0] = endNanos);
      gradients.begin(1);
      double[] unused = pipeline.run(List.of(batch), new double[] {1.0 / TOKENS}, gradients);
      reduction.finish();
      Map<String, float[]> values = new LinkedHashMap<>();
      for (Weight weight : gradients.weights()) {
        for (Parameter parameter : weight.parameters()) {
          values.put(parameter.name(), weight.partOf(gradients.of(weight), parameter).toFloats());
        }
      }
      return new Step(values, reduction.timings(), end[0]);
    }
  }
}
