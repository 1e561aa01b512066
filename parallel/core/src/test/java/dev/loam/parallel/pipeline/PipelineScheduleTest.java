// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import static dev.loam.parallel.pipeline.PipelineSchedule.GPIPE;
import static dev.loam.parallel.pipeline.PipelineSchedule.INTERLEAVED;
import static dev.loam.parallel.pipeline.PipelineSchedule.ONE_F_ONE_B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PipelineScheduleTest {
  /** Such as {@code F0 F1 B0}; with virtual stages such as {@code F0.1}, chunk last. */
  private static String text(PipelineSchedule schedule, int stage, int p, int m, int v) {
    return schedule.actions(stage, p, m, v).stream()
        .map(
            a ->
                a.kind().name().charAt(0)
                    + (v == 1 ? "" + a.microBatch() : a.microBatch() + "." + a.chunk()))
        .collect(Collectors.joining(" "));
  }

  @Test
  void orderOfGpipe() {
    assertThat(text(GPIPE, 0, 2, 3, 1)).isEqualTo("F0 F1 F2 B0 B1 B2");
    assertThat(text(GPIPE, 1, 2, 3, 1)).isEqualTo("F0 F1 F2 B0 B1 B2");
  }

  @Test
  void orderOfOneForwardOneBackward() {
    assertThat(text(ONE_F_ONE_B, 0, 3, 4, 1)).isEqualTo("F0 F1 F2 B0 F3 B1 B2 B3");
    assertThat(text(ONE_F_ONE_B, 1, 3, 4, 1)).isEqualTo("F0 F1 B0 F2 B1 F3 B2 B3");
    assertThat(text(ONE_F_ONE_B, 2, 3, 4, 1)).isEqualTo("F0 B0 F1 B1 F2 B2 F3 B3");
    // Fewer micro batches than stages.
    assertThat(text(ONE_F_ONE_B, 0, 4, 2, 1)).isEqualTo("F0 F1 B0 B1");
  }

  @Test
  void orderOfInterleaved() {
    assertThat(text(INTERLEAVED, 0, 2, 4, 2))
        .isEqualTo(
            "F0.0 F1.0 F0.1 F1.1 F2.0 B0.1 F3.0 B1.1 F2.1 B0.0 F3.1 B1.0 B2.1 B3.1 B2.0 B3.0");
    assertThat(text(INTERLEAVED, 1, 2, 4, 2))
        .isEqualTo(
            "F0.0 F1.0 F0.1 B0.1 F1.1 B1.1 F2.0 B0.0 F3.0 B1.0 F2.1 B2.1 F3.1 B3.1 B2.0 B3.0");
  }

  @Property(tries = 300)
  void nothingWaitsForEverAndAllRunsOnce(
      @ForAll PipelineSchedule schedule,
      @ForAll @IntRange(min = 1, max = 8) int p,
      @ForAll @IntRange(min = 1, max = 12) int some,
      @ForAll @IntRange(min = 1, max = 4) int some2) {
    boolean interleaved = schedule == INTERLEAVED;
    int v = interleaved && p > 1 ? some2 : 1;
    int m = interleaved ? Math.max(1, some / 2) * p : some;
    // The clock checks dependencies, and that no pass runs twice.
    VirtualClock clock = VirtualClock.run(schedule, p, m, v, 1, 2);
    assertThat(clock.passes()).isEqualTo(2 * p * v * m);
    for (int s = 0; s < p; s++) {
      List<Action> actions = schedule.actions(s, p, m, v);
      for (int c = 0; c < v; c++) {
        for (Action.Kind kind : Action.Kind.values()) {
          int chunk = c;
          assertThat(actions)
              .filteredOn(a -> a.kind() == kind && a.chunk() == chunk)
              .extracting(Action::microBatch)
              .hasSize(m)
              .isSorted();
        }
      }
    }
  }

  @Property(tries = 300)
  void idleShareIsThatOfTheory(
      @ForAll PipelineSchedule schedule,
      @ForAll @IntRange(min = 2, max = 8) int p,
      @ForAll @IntRange(min = 1, max = 4) int groups,
      @ForAll @IntRange(min = 1, max = 4) int some,
      @ForAll @IntRange(min = 1, max = 2) int backwardCost) {
    int v = schedule == INTERLEAVED ? some : 1;
    int m = schedule == INTERLEAVED ? groups * p : groups + some;
    VirtualClock clock = VirtualClock.run(schedule, p, m, v, 1, backwardCost);
    int busy = m * v * (1 + backwardCost);
    // (span - busy) / span = (p - 1) / (v m + p - 1), in whole numbers.
    assertThat((clock.span() - busy) * (v * m + p - 1)).isEqualTo((p - 1) * clock.span());
  }

  @Test
  void eventTimesAreThoseOfTheory() {
    for (int p = 1; p <= 8; p++) {
      for (int m : new int[] {1, 2, 5, 8, 13}) {
        VirtualClock gpipe = VirtualClock.run(GPIPE, p, m, 1, 1, 2);
        VirtualClock alternating = VirtualClock.run(ONE_F_ONE_B, p, m, 1, 1, 2);
        for (int s = 0; s < p; s++) {
          for (int i = 0; i < m; i++) {
            // All forward passes in a staircase, then all backward passes in one.
            assertThat(gpipe.end(Action.Kind.FORWARD, s, i)).isEqualTo(s + i + 1);
            assertThat(gpipe.end(Action.Kind.BACKWARD, s, i))
                .isEqualTo(p + m - 1 + 2 * (p - 1 - s) + 2 * (i + 1));
            // The last stage never pauses; gradients come down in a staircase.
            assertThat(alternating.end(Action.Kind.BACKWARD, s, i))
                .isGreaterThanOrEqualTo(p - 1 + 3 * (i + 1) + 2 * (p - 1 - s));
          }
          assertThat(alternating.end(Action.Kind.BACKWARD, s, 0)).isEqualTo(p + 2 * (p - s));
        }
        for (int i = 0; i < m; i++) {
          assertThat(alternating.end(Action.Kind.BACKWARD, p - 1, i))
              .isEqualTo(p - 1 + 3 * (i + 1));
        }
        assertThat(alternating.end(Action.Kind.BACKWARD, 0, m - 1)).isEqualTo(3 * (m + p - 1));
      }
    }
  }

  @Test
  void microBatchesInFlight() {
    for (int p = 1; p <= 8; p++) {
      for (int m = 1; m <= 12; m++) {
        for (int s = 0; s < p; s++) {
          assertThat(GPIPE.maxInFlight(s, p, m, 1)).containsExactly(m);
          assertThat(ONE_F_ONE_B.maxInFlight(s, p, m, 1)).containsExactly(Math.min(p - s, m));
        }
      }
    }
    assertThat(INTERLEAVED.maxInFlight(0, 2, 4, 2)).containsExactly(4, 2);
    assertThat(INTERLEAVED.maxInFlight(1, 2, 4, 2)).containsExactly(3, 1);
    // Longer steps keep no more.
    assertThat(INTERLEAVED.maxInFlight(0, 4, 64, 3))
        .isEqualTo(INTERLEAVED.maxInFlight(0, 4, 16, 3));
  }

  @Test
  void whatCannotRun() {
    assertThatThrownBy(() -> GPIPE.actions(0, 2, 4, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GPIPE runs no virtual stages; choose INTERLEAVED for 2");
    assertThatThrownBy(() -> INTERLEAVED.actions(0, 2, 3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("INTERLEAVED runs multiples of 2 micro batches on 2 stages, not 3");
    assertThatThrownBy(() -> ONE_F_ONE_B.actions(2, 2, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no stage 2 of 2 with 3 micro batches and 1 virtual stages");
    assertThatThrownBy(() -> new StagePlan(INTERLEAVED, 0, 1, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("one stage cannot have 2 virtual stages; choose 1");
  }
}
