// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.loam.parallel.FakeLease;
import dev.loam.parallel.FakeRanks;
import dev.loam.parallel.HeapArena;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Stages that take their time idle as long as theory says, so messages cost no time of theirs. */
class IdleShareTest {
  private static final int MICRO_BATCHES = 4;

  /** When a stage computed. */
  private record Times(long first, long last, long busy) {}

  private static Times step(Layout layout, PipelineSchedule schedule, ProcessGroup group) {
    HeapArena arena = new HeapArena();
    StagePlan plan = StagePlan.of(layout, group.rank(), schedule);
    List<ModelPart> parts =
        ToyModel.parts(layout, plan.stage(), 6, arena, (call, chunk) -> work(call));
    List<Weight> weights = parts.stream().flatMap(part -> part.weights().stream()).toList();
    Gradients gradients = new Gradients(arena, weights);
    gradients.begin(MICRO_BATCHES);
    Pipeline pipeline =
        Pipeline.of(plan, group, parts, new FakeLease(), arena, 4, StepClock.none());
    long[] times = {Long.MAX_VALUE, Long.MIN_VALUE, 0};
    pipeline.listener(
        (action, start, end) -> {
          times[0] = Math.min(times[0], start);
          times[1] = Math.max(times[1], end);
          times[2] += end - start;
        });
    MicroBatch batch = new MicroBatch(new long[4], new long[4], new long[4], CuSeqlens.rows(1, 4));
    double[] unused =
        pipeline.run(
            Collections.nCopies(MICRO_BATCHES, batch), new double[MICRO_BATCHES], gradients);
    return new Times(times[0], times[1], times[2]);
  }

  private static void work(String call) {
    try {
      if (call.equals("forward")) {
        Thread.sleep(20);
      } else if (call.equals("backward")) {
        Thread.sleep(40);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static double idleShare(Layout layout, PipelineSchedule schedule) {
    List<Times> stages =
        FakeRanks.run(layout.pipelineStages(), (world, lease) -> step(layout, schedule, world));
    long first = stages.stream().mapToLong(Times::first).min().orElseThrow();
    long last = stages.stream().mapToLong(Times::last).max().orElseThrow();
    long busy = stages.stream().mapToLong(Times::busy).sum();
    return 1 - (double) busy / ((last - first) * layout.pipelineStages());
  }

  @ParameterizedTest
  @CsvSource({"GPIPE, 1", "ONE_F_ONE_B, 1", "INTERLEAVED, 2"})
  void idleShareIsThatOfTheory(PipelineSchedule schedule, int virtualStages) {
    Layout layout =
        Layout.of(1, 1, 2).withVirtualStages(virtualStages).withMicroBatches(MICRO_BATCHES);
    double theory = 1.0 / (virtualStages * MICRO_BATCHES + 1);
    // The least of five: a machine that is busy with other things only makes stages wait longer.
    double measured =
        IntStream.range(0, 5).mapToDouble(i -> idleShare(layout, schedule)).min().orElseThrow();
    assertThat(measured).isCloseTo(theory, within(0.15 * theory));
  }
}
