// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.parallel.FakeLease;
import dev.loam.parallel.FakeRanks;
import dev.loam.parallel.HeapArena;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.StepClock;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Pipelines of a toy model give what one stage gives, bit for bit, whatever the schedule. */
class PipelineTest {
  private static final int LAYERS = 12;
  private static final int MAX_TOKENS = 9;
  private static final int STEPS = 2;

  /** What a stage saw and made of the last of some steps. */
  private record Outcome(
      List<String> calls, List<Double> losses, Map<String, List<Float>> gradients) {}

  private static MicroBatch batch(Random random) {
    int tokens = 1 + random.nextInt(MAX_TOKENS);
    int cut = random.nextInt(tokens);
    return new MicroBatch(
        random.longs(tokens, 0, ToyModel.VOCABULARY).toArray(),
        random.longs(tokens, 0, ToyModel.VOCABULARY).toArray(),
        random.longs(tokens, 0, MAX_TOKENS).toArray(),
        cut == 0 ? CuSeqlens.of(0, tokens) : CuSeqlens.of(0, cut, tokens));
  }

  private static List<MicroBatch> batches(int count) {
    Random random = new Random(42 + count);
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batches.add(batch(random));
    }
    return batches;
  }

  private static double[] scales(int count) {
    double[] scales = new double[count];
    Arrays.setAll(scales, i -> 1.0 / (100 + i));
    return scales;
  }

  private static Outcome steps(Layout layout, PipelineSchedule schedule, ProcessGroup group) {
    HeapArena arena = new HeapArena();
    List<String> calls = new ArrayList<>();
    StagePlan plan = StagePlan.of(layout, group.rank(), schedule);
    List<ModelPart> parts =
        ToyModel.parts(
            layout, plan.stage(), LAYERS, arena, (call, chunk) -> calls.add(call + " " + chunk));
    List<Weight> weights = parts.stream().flatMap(part -> part.weights().stream()).toList();
    Gradients gradients = new Gradients(arena, weights);
    Pipeline pipeline =
        Pipeline.of(plan, group, parts, new FakeLease(), arena, MAX_TOKENS, StepClock.none());
    assertThat(calls).hasSize(activations(plan)).allMatch(call -> call.startsWith("activations"));
    long allocated = arena.allocatedBytes();
    double[] losses = {};
    for (int step = 0; step < STEPS; step++) {
      calls.clear();
      gradients.begin(layout.microBatches());
      losses =
          pipeline.run(batches(layout.microBatches()), scales(layout.microBatches()), gradients);
    }
    assertThat(arena.allocatedBytes()).as("nothing is allocated in a step").isEqualTo(allocated);
    return new Outcome(calls, Arrays.stream(losses).boxed().toList(), values(gradients));
  }

  private static int activations(StagePlan plan) {
    int sum = 0;
    for (int chunk = 0; chunk < plan.virtualStages(); chunk++) {
      sum += plan.maxInFlight(chunk);
    }
    return sum;
  }

  private static Map<String, List<Float>> values(Gradients gradients) {
    Map<String, List<Float>> values = new TreeMap<>();
    for (Weight weight : gradients.weights()) {
      List<Float> list = new ArrayList<>();
      for (float value : gradients.of(weight).toFloats()) {
        list.add(value);
      }
      values.put(weight.parameters().get(0).name(), list);
    }
    return values;
  }

  private static Outcome oneStage(int microBatches) throws Exception {
    Layout layout = Layout.single().withMicroBatches(microBatches);
    return LazyRanks.run(1, group -> steps(layout, PipelineSchedule.ONE_F_ONE_B, group)).get(0);
  }

  @ParameterizedTest
  @EnumSource
  void givesWhatOneStageGives(PipelineSchedule schedule) throws Exception {
    for (int microBatches = 1; microBatches <= 9; microBatches++) {
      Outcome expected = oneStage(microBatches);
      assertThat(expected.losses()).doesNotContain(0.0);
      for (int stages = 1; stages <= 4; stages++) {
        for (int virtualStages = 1; virtualStages <= 3; virtualStages++) {
          Layout layout =
              Layout.of(1, 1, stages)
                  .withVirtualStages(virtualStages)
                  .withMicroBatches(microBatches);
          if (runs(schedule, layout)) {
            List<Outcome> outcomes =
                LazyRanks.run(layout.pipelineStages(), group -> steps(layout, schedule, group));
            check(layout, schedule, outcomes, expected);
          }
        }
      }
    }
  }

  private static boolean runs(PipelineSchedule schedule, Layout layout) {
    boolean virtual = layout.virtualStages() > 1;
    return schedule == PipelineSchedule.INTERLEAVED
        ? layout.microBatches() % layout.pipelineStages() == 0
            && !(virtual && layout.pipelineStages() == 1)
        : !virtual;
  }

  @ParameterizedTest
  @CsvSource({"GPIPE, 4, 1, 3", "ONE_F_ONE_B, 3, 1, 7", "INTERLEAVED, 2, 3, 6"})
  void givesItOverThreadRanksToo(
      PipelineSchedule schedule, int stages, int virtualStages, int microBatches) throws Exception {
    Layout layout =
        Layout.of(1, 1, stages).withVirtualStages(virtualStages).withMicroBatches(microBatches);
    List<Outcome> outcomes =
        FakeRanks.run(stages, (world, lease) -> steps(layout, schedule, world));
    check(layout, schedule, outcomes, oneStage(microBatches));
  }

  @Test
  void aFailingStageEndsAll() {
    Layout layout = Layout.of(1, 1, 3).withMicroBatches(4);
    assertThatThrownBy(() -> FakeRanks.run(3, (world, lease) -> failing(layout, world)))
        .isInstanceOf(RankFailedException.class)
        .hasMessageContaining("rank 1")
        .hasRootCauseMessage("no backward");
  }

  private static double[] failing(Layout layout, ProcessGroup world) {
    HeapArena arena = new HeapArena();
    List<ModelPart> parts =
        ToyModel.parts(
            layout,
            world.rank(),
            LAYERS,
            arena,
            (call, chunk) -> {
              if (world.rank() == 1 && call.equals("backward")) {
                throw new IllegalStateException("no backward");
              }
            });
    Gradients gradients = new Gradients(arena, parts.get(0).weights());
    gradients.begin(4);
    StagePlan plan = StagePlan.of(layout, world.rank(), PipelineSchedule.ONE_F_ONE_B);
    return Pipeline.of(plan, world, parts, new FakeLease(), arena, MAX_TOKENS, StepClock.none())
        .run(batches(4), scales(4), gradients);
  }

  private static void check(
      Layout layout, PipelineSchedule schedule, List<Outcome> outcomes, Outcome expected) {
    int stages = layout.pipelineStages();
    Map<String, List<Float>> gradients = new TreeMap<>();
    for (int s = 0; s < stages; s++) {
      Outcome outcome = outcomes.get(s);
      gradients.putAll(outcome.gradients());
      List<Double> losses =
          s == stages - 1 ? expected.losses() : Collections.nCopies(layout.microBatches(), 0.0);
      assertThat(outcome.losses()).isEqualTo(losses);
      assertThat(outcome.calls()).isEqualTo(calls(StagePlan.of(layout, s, schedule)));
    }
    assertThat(gradients).as("%s %s", schedule, layout).isEqualTo(expected.gradients());
  }

  private static List<String> calls(StagePlan plan) {
    List<String> calls = new ArrayList<>();
    for (Action action : plan.actions()) {
      if (action.kind() == Action.Kind.FORWARD) {
        calls.add("forward " + action.chunk());
      } else {
        if (plan.isLast(action.chunk())) {
          calls.add("head " + action.chunk());
        }
        calls.add("backward " + action.chunk());
      }
    }
    return calls;
  }
}
