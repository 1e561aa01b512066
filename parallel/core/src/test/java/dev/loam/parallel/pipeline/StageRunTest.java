// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.parallel.FakeLease;
import dev.loam.parallel.HeapArena;
import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.Work;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one stage does, step by step, beside others that answer at once. */
class StageRunTest {
  private final List<String> events = new ArrayList<>();
  private final HeapArena arena = new HeapArena();

  /** Notes messages and waits; receives zeros. */
  private ProcessGroup group(int rank, int size) {
    return (ProcessGroup)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ProcessGroup.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "rank" -> rank;
                  case "size" -> size;
                  case "name" -> "pp";
                  case "send", "receive" -> work(method.getName(), args);
                  case "abort" -> events.add("abort: " + args[0]);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private Work work(String operation, Object[] args) {
    events.add(operation + " " + args[1] + ": " + args[3] + " " + ((Tensor) args[0]).shape());
    return (Work)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Work.class},
            (proxy, method, none) -> events.add("await " + operation + ": " + args[3]));
  }

  private static MicroBatch batch(int tokens) {
    return new MicroBatch(
        new long[tokens], new long[tokens], new long[tokens], CuSeqlens.rows(1, tokens));
  }

  private List<ModelPart> parts(Layout layout, int stage) {
    return ToyModel.parts(
        layout,
        stage,
        6,
        arena,
        (call, chunk) -> {
          if (!call.equals("activations")) {
            events.add(call);
          }
        });
  }

  private static Gradients gradients(HeapArena arena, List<ModelPart> parts) {
    List<Weight> weights = parts.stream().flatMap(part -> part.weights().stream()).toList();
    return new Gradients(arena, weights);
  }

  @Test
  void receivesArePostedBeforeThePassBefore() {
    Layout layout = Layout.of(1, 1, 3).withMicroBatches(4);
    List<ModelPart> parts = parts(layout, 1);
    Gradients gradients = gradients(arena, parts);
    gradients.begin(4);
    StagePlan plan = StagePlan.of(layout, 1, PipelineSchedule.ONE_F_ONE_B);
    double[] losses =
        Pipeline.of(plan, group(1, 3), parts, new FakeLease(), arena, 8, StepClock.none())
            .run(
                List.of(batch(5), batch(6), batch(7), batch(8)),
                new double[] {1, 1, 1, 1},
                gradients);
    assertThat(losses).containsOnly(0);
    String a = "activations of micro batch ";
    String g = "gradient of micro batch ";
    String before = " between stages 0 and 1";
    String after = " between stages 1 and 2";
    assertThat(events)
        .containsExactly(
            "receive 0: " + a + 0 + before + " [5, 3]",
            "receive 0: " + a + 1 + before + " [6, 3]",
            "receive 0: " + a + 2 + before + " [7, 3]",
            "receive 2: " + g + 0 + after + " [5, 3]",
            "await receive: " + a + 0 + before,
            "forward",
            "send 2: " + a + 0 + after + " [5, 3]",
            "receive 2: " + g + 1 + after + " [6, 3]",
            "await receive: " + a + 1 + before,
            "forward",
            "send 2: " + a + 1 + after + " [6, 3]",
            "await receive: " + g + 0 + after,
            "backward",
            "send 0: " + g + 0 + before + " [5, 3]",
            "receive 0: " + a + 3 + before + " [8, 3]",
            "await send: " + a + 0 + after,
            "receive 2: " + g + 2 + after + " [7, 3]",
            "await receive: " + a + 2 + before,
            "forward",
            "send 2: " + a + 2 + after + " [7, 3]",
            "await receive: " + g + 1 + after,
            "backward",
            "send 0: " + g + 1 + before + " [6, 3]",
            "await send: " + a + 1 + after,
            "receive 2: " + g + 3 + after + " [8, 3]",
            "await receive: " + a + 3 + before,
            "forward",
            "send 2: " + a + 3 + after + " [8, 3]",
            "await receive: " + g + 2 + after,
            "await send: " + g + 0 + before,
            "backward",
            "send 0: " + g + 2 + before + " [7, 3]",
            "await receive: " + g + 3 + after,
            "await send: " + g + 1 + before,
            "backward",
            "send 0: " + g + 3 + before + " [8, 3]",
            "await send: " + a + 2 + after,
            "await send: " + a + 3 + after,
            "await send: " + g + 2 + before,
            "await send: " + g + 3 + before);
  }

  @Test
  void oneStageTellsItsClockWhatItDoes() {
    List<ModelPart> parts = parts(Layout.single(), 0);
    Gradients gradients = gradients(arena, parts);
    gradients.begin(2);
    Pipeline pipeline =
        Pipeline.single(
            2, parts.get(0), new FakeLease(), arena, 8, part -> events.add(part.name()));
    List<Action> computed = new ArrayList<>();
    pipeline.listener(
        (action, start, end) -> {
          assertThat(end).isGreaterThanOrEqualTo(start);
          computed.add(action);
        });
    double[] losses = pipeline.run(List.of(batch(3), batch(8)), new double[] {1, 1}, gradients);
    assertThat(losses).hasSize(2).doesNotContain(0);
    assertThat(events)
        .containsExactlyElementsOf(
            Collections.nCopies(
                    2, List.of("forward", "FORWARD", "head", "HEAD", "backward", "BACKWARD"))
                .stream()
                .flatMap(List::stream)
                .toList());
    assertThat(computed).isEqualTo(StagePlan.single(2).actions());
  }

  @Test
  void waitingForOtherStagesIsTimedApart() {
    Layout layout = Layout.of(1, 1, 2);
    List<ModelPart> parts = parts(layout, 1);
    Gradients gradients = gradients(arena, parts);
    gradients.begin(1);
    StagePlan plan = StagePlan.of(layout, 1, PipelineSchedule.GPIPE);
    List<String> clock = new ArrayList<>();
    double[] unused =
        Pipeline.of(
                plan, group(1, 2), parts, new FakeLease(), arena, 8, part -> clock.add(part.name()))
            .run(List.of(batch(5)), new double[] {1}, gradients);
    assertThat(clock)
        .containsExactly(
            "COMMUNICATION", "FORWARD", "COMMUNICATION", "HEAD", "BACKWARD", "COMMUNICATION");
  }

  @Test
  void tensorRanksThatShareTokensHaveFewerRows() {
    Layout layout = Layout.of(1, 2, 3);
    List<ModelPart> parts = List.of(new HalvedPart(events));
    StagePlan plan = StagePlan.of(layout, 1, PipelineSchedule.ONE_F_ONE_B);
    double[] unused =
        Pipeline.of(plan, group(1, 3), parts, new FakeLease(), arena, 8, StepClock.none())
            .run(List.of(batch(6)), new double[] {1}, new Gradients(arena, List.of()));
    assertThat(events)
        .filteredOn(event -> !event.startsWith("await"))
        .allMatch(event -> event.endsWith("[3, 2]"))
        .hasSize(6);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Layout layout = Layout.of(1, 1, 2).withMicroBatches(2);
    StagePlan plan = StagePlan.of(layout, 1, PipelineSchedule.ONE_F_ONE_B);
    List<ModelPart> parts = parts(layout, 1);
    assertThatThrownBy(() -> pipeline(plan, group(0, 2), parts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stage 1 of 2 cannot be rank 0 of the 2 of group pp");
    assertThatThrownBy(() -> pipeline(plan, group(1, 2), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 parts for the 1 virtual stages of a stage");
    assertThatThrownBy(() -> pipeline(plan, group(1, 2), parts(layout, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the last part has no head");
    Pipeline pipeline = pipeline(plan, group(1, 2), parts);
    Gradients gradients = gradients(arena, parts);
    assertThatThrownBy(() -> pipeline.run(List.of(batch(1)), new double[] {1}, gradients))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 micro batches and 1 scales for a step of 2 micro batches");
    assertThatThrownBy(
            () -> pipeline.run(List.of(batch(1), batch(9)), new double[] {1, 1}, gradients))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a micro batch of 9 tokens for a stage of at most 8");
    assertThat(events).isEmpty();
  }

  private Pipeline pipeline(StagePlan plan, ProcessGroup group, List<ModelPart> parts) {
    return Pipeline.of(plan, group, parts, new FakeLease(), arena, 8, StepClock.none());
  }

  @Test
  void aFailureAbortsTheGroup() {
    Layout layout = Layout.of(1, 1, 2);
    List<ModelPart> parts = parts(layout, 1);
    StagePlan plan = StagePlan.of(layout, 1, PipelineSchedule.ONE_F_ONE_B);
    Pipeline pipeline = pipeline(plan, group(1, 2), parts);
    // No step was begun, so the gradients refuse the first contribution.
    Gradients gradients = gradients(arena, parts);
    assertThatThrownBy(() -> pipeline.run(List.of(batch(1)), new double[] {1}, gradients))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("contributions");
    assertThat(events).last().asString().startsWith("abort: java.lang.IllegalStateException");
  }
}
