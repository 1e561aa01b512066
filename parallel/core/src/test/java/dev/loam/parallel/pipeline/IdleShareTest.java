// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.parallel.FakeLease;
import dev.loam.parallel.FakeRanks;
import dev.loam.parallel.HeapArena;
import dev.loam.parallel.Layout;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Stages idle as long as theory says and no longer: no pass waits for a message before it needs it,
 * nor for one of its own to be taken.
 */
class IdleShareTest {
  /** Divides among all stages that are tried. */
  private static final int LAYERS = 24;

  private static final int FORWARD = 1;

  /** The time of a stage's step, from 0 on. */
  private static long step(Layout layout, PipelineSchedule schedule, TimedGroup group) {
    HeapArena arena = new HeapArena();
    StagePlan plan = StagePlan.of(layout, group.rank(), schedule);
    List<ModelPart> parts =
        ToyModel.parts(
            layout, plan.stage(), LAYERS, arena, (call, chunk) -> group.advance(cost(call)));
    List<Weight> weights = parts.stream().flatMap(part -> part.weights().stream()).toList();
    int microBatches = layout.microBatches();
    Gradients gradients = new Gradients(arena, weights);
    gradients.begin(microBatches);
    Pipeline pipeline =
        Pipeline.of(plan, group, parts, new FakeLease(), arena, 4, StepClock.none());
    long[] end = {0};
    pipeline.listener((action, from, to) -> end[0] = group.now());
    MicroBatch batch = new MicroBatch(new long[4], new long[4], new long[4], CuSeqlens.rows(1, 4));
    double[] unused =
        pipeline.run(Collections.nCopies(microBatches, batch), new double[microBatches], gradients);
    return end[0];
  }

  private static int cost(String call) {
    return switch (call) {
      case "forward" -> FORWARD;
      case "backward" -> 2 * FORWARD;
      default -> 0;
    };
  }

  @Property(tries = 30)
  void idleShareIsThatOfTheory(
      @ForAll PipelineSchedule schedule,
      @ForAll @IntRange(min = 2, max = 4) int stages,
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll @IntRange(min = 1, max = 2) int some) {
    boolean interleaved = schedule == PipelineSchedule.INTERLEAVED;
    int virtualStages = interleaved ? some : 1;
    int microBatches = interleaved ? groups * stages : groups + some;
    Layout layout =
        Layout.of(1, 1, stages).withVirtualStages(virtualStages).withMicroBatches(microBatches);
    TimedGroup.Messages messages = new TimedGroup.Messages();
    List<Long> ends =
        FakeRanks.run(
            stages, (world, lease) -> step(layout, schedule, new TimedGroup(world, messages)));
    // A stage's passes, and those of one micro batch on all other stages.
    int passes = virtualStages * microBatches + stages - 1;
    assertThat(Collections.max(ends)).isEqualTo(3L * FORWARD * passes);
  }
}
