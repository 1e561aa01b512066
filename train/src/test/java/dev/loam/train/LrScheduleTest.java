// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LrScheduleTest {
  private static final double LR = 3e-4;
  private static final LrSchedule.WarmUp NONE = new LrSchedule.WarmUp(0, 0);
  private static final LrSchedule.WarmUp TEN = new LrSchedule.WarmUp(10, 1e-5);

  @Test
  void allRiseInAStraightLine() {
    for (LrSchedule schedule :
        new LrSchedule[] {
          new LrSchedule.Constant(LR, TEN),
          new LrSchedule.Linear(LR, TEN, 100),
          new LrSchedule.Cosine(LR, TEN, 100, 1e-6, 0.5)
        }) {
      assertThat(schedule.at(0)).isEqualTo(1e-5);
      assertThat(schedule.at(4)).isCloseTo(1e-5 + (LR - 1e-5) * 0.4, within(1e-18));
      assertThat(schedule.at(10)).isEqualTo(LR);
    }
  }

  @Test
  void withoutWarmUpTheTopIsFirst() {
    assertThat(new LrSchedule.Constant(LR, NONE).at(0)).isEqualTo(LR);
    assertThat(new LrSchedule.Linear(LR, NONE, 10).at(0)).isEqualTo(LR);
    assertThat(new LrSchedule.Cosine(LR, NONE, 10, 0, 0.5).at(0)).isEqualTo(LR);
  }

  @Test
  void constantStays() {
    assertThat(new LrSchedule.Constant(LR, TEN).at(Long.MAX_VALUE)).isEqualTo(LR);
  }

  @Test
  void linearFallsToZero() {
    LrSchedule schedule = new LrSchedule.Linear(LR, TEN, 110);
    assertThat(schedule.at(35)).isCloseTo(LR * 0.75, within(1e-18));
    assertThat(schedule.at(109)).isCloseTo(LR * 0.01, within(1e-18));
    assertThat(schedule.at(110)).isZero();
    assertThat(schedule.at(1000)).isZero();
  }

  @Test
  void cosineFallsToItsEnd() {
    LrSchedule schedule = new LrSchedule.Cosine(LR, TEN, 110, 1e-6, 0.5);
    assertThat(schedule.at(60)).isCloseTo((LR + 1e-6) / 2, within(1e-18));
    assertThat(schedule.at(35))
        .isCloseTo(1e-6 + (LR - 1e-6) * 0.5 * (1 + Math.sqrt(0.5)), within(1e-18));
    assertThat(schedule.at(110)).isEqualTo(1e-6);
    assertThat(schedule.at(1000)).isEqualTo(1e-6);
  }

  @Test
  void cosineOfWholeTurnsComesBack() {
    LrSchedule schedule = new LrSchedule.Cosine(LR, NONE, 100, 0, 1);
    assertThat(schedule.at(50)).isCloseTo(0, within(1e-18));
    assertThat(schedule.at(99)).isGreaterThan(0.99 * LR);
    assertThat(schedule.at(100)).isZero();
  }

  @Test
  void runsThatEndInTheirWarmUp() {
    LrSchedule.WarmUp long20 = new LrSchedule.WarmUp(20, 0);
    assertThat(new LrSchedule.Linear(LR, long20, 10).at(15)).isCloseTo(LR * 0.75, within(1e-18));
    assertThat(new LrSchedule.Linear(LR, long20, 10).at(20)).isZero();
    assertThat(new LrSchedule.Cosine(LR, long20, 20, 1e-6, 0.5).at(20)).isEqualTo(1e-6);
    assertThat(new LrSchedule.Linear(LR, NONE, 0).at(0)).isZero();
  }
}
