// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.train.checkpoint.Retention.Saved;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetentionTest {
  /** Steps 10 to 100 whose loss is lowest at 40. */
  private static final List<Saved> TEN =
      IntStream.rangeClosed(1, 10).mapToObj(i -> new Saved(10L * i, Math.abs(i - 4.1))).toList();

  private static CheckpointPolicy policy(int latest, int everySteps, int best) {
    return new CheckpointPolicy(10, Optional.empty(), false, true, latest, everySteps, best);
  }

  @Test
  void keepsTheNewest() {
    assertThat(Retention.superfluous(TEN, policy(2, 0, 0)))
        .containsExactly(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L);
    assertThat(Retention.superfluous(TEN, policy(10, 0, 0))).isEmpty();
    assertThat(Retention.superfluous(TEN, policy(20, 0, 0))).isEmpty();
  }

  @Test
  void zeroKeepsAll() {
    assertThat(Retention.superfluous(TEN, policy(0, 0, 0))).isEmpty();
  }

  @Test
  void keepsThoseOfCertainStepsAndTheBest() {
    assertThat(Retention.superfluous(TEN, policy(1, 30, 0)))
        .containsExactly(10L, 20L, 40L, 50L, 70L, 80L);
    assertThat(Retention.superfluous(TEN, policy(1, 0, 2)))
        .containsExactly(10L, 20L, 30L, 60L, 70L, 80L, 90L);
    assertThat(Retention.superfluous(TEN, policy(1, 30, 2))).containsExactly(10L, 20L, 70L, 80L);
  }

  @Test
  void anUnknownLossIsNeverTheBest() {
    List<Saved> saved = List.of(new Saved(1, Double.NaN), new Saved(2, 5), new Saved(3, 6));
    assertThat(Retention.superfluous(saved, policy(1, 0, 1))).containsExactly(1L);
  }
}
