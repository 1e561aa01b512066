// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.tensor.part.MicroBatch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TrainingStateTest {
  /** Nothing but sizes. */
  private record Sizes(long samplesPerEpoch, long samplesPerStep) implements DataLoader {
    @Override
    public long stepsPerEpoch() {
      return samplesPerEpoch / samplesPerStep;
    }

    @Override
    public int maxTokens() {
      return 1;
    }

    @Override
    public String description() {
      return "sizes";
    }

    @Override
    public List<MicroBatch> step(DataCursor at) {
      return List.of();
    }

    @Override
    public void close() {}
  }

  @Property
  void noSampleIsLeftOutOrUsedTwiceWhenTheBatchSizeChanges(
      @ForAll @IntRange(min = 20, max = 200) int epoch,
      @ForAll @IntRange(min = 1, max = 20) int before,
      @ForAll @IntRange(min = 1, max = 20) int after,
      @ForAll @IntRange(max = 60) int steps) {
    DataLoader first = new Sizes(epoch, before);
    TrainingState state = TrainingState.START;
    long end = 0;
    for (int i = 0; i < steps; i++) {
      end = requireFollows(state, end, first);
      state = state.next(first, 1);
    }
    assertThat(state.step()).isEqualTo(steps);
    assertThat(state.stepsAhead(first)).isZero();
    DataLoader second = new Sizes(epoch, after);
    long consumed = state.consumedSamples();
    long ahead = state.stepsAhead(second);
    assertThat(Math.abs((steps - ahead) * after - consumed)).isLessThanOrEqualTo(after);
    for (int i = 0; i < 30; i++) {
      end = requireFollows(state, end, second);
      state = state.next(second, 1);
    }
    assertThat(state.consumedSamples()).isEqualTo(consumed + 30L * after);
    assertThat(state.step()).isEqualTo(steps + 30L);
    assertThat(state.stepsAhead(second)).isEqualTo(ahead);
  }

  /** After the sample that was last, or at the start of a pass that has no whole batch left. */
  private static long requireFollows(TrainingState state, long end, DataLoader batches) {
    long start = state.cursor().start(batches).sample();
    if (start != end) {
      assertThat(start).isZero();
      assertThat(end + batches.samplesPerStep()).isGreaterThan(batches.samplesPerEpoch());
    }
    assertThat(start + batches.samplesPerStep()).isLessThanOrEqualTo(batches.samplesPerEpoch());
    return start + batches.samplesPerStep();
  }

  @Property
  void theNthStepIsWhereNStepsLead(
      @ForAll @IntRange(min = 20, max = 100) int epoch,
      @ForAll @IntRange(min = 1, max = 20) int batch,
      @ForAll @IntRange(max = 60) int steps) {
    DataLoader batches = new Sizes(epoch, batch);
    DataCursor cursor = DataCursor.START;
    for (int i = 0; i < steps; i++) {
      cursor = cursor.next(batches);
    }
    assertThat(DataCursor.ofStep(steps, batches)).isEqualTo(cursor.start(batches));
  }

  @Example
  void asTextAndBack() {
    TrainingState state = new TrainingState(7, new DataCursor(2, 12), 345, 2.25);
    assertThat(TrainingState.of(state.toMap(), "c")).isEqualTo(state);
  }

  @Example
  void whatIsMissingOrImpossibleIsNamed() {
    Map<String, String> map = new HashMap<>(TrainingState.START.toMap());
    map.put("epoch", "-1");
    assertThatThrownBy(() -> TrainingState.of(map, "some/checkpoint"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("some/checkpoint", "'epoch' is '-1'");
    map.remove("epoch");
    assertThatThrownBy(() -> TrainingState.of(map, "some/checkpoint"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContainingAll("says nothing of 'epoch'", "without resume_training");
    map.put("epoch", "99999999999999999999");
    assertThatThrownBy(() -> TrainingState.of(map, "c")).isInstanceOf(CheckpointException.class);
  }
}
