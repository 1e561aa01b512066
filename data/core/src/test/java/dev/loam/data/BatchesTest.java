// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.Batches.Dealing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchesTest {
  /** Sample i is the single token i. */
  private record Numbers(long size) implements SampleSource {
    @Override
    public Sample get(long index) {
      int[] token = {(int) index};
      return new Sample(token, token, new boolean[1], new int[1], new int[] {0, 1});
    }

    @Override
    public void close() {}
  }

  private static List<Integer> taken(Batches batches, long consumed, int microBatch) {
    return batches.microBatch(consumed, microBatch).stream().map(s -> s.inputIds()[0]).toList();
  }

  private static Batches batches(long size, int rows, int micro, int rank, int ranks, Dealing how) {
    return new Batches(new Numbers(size), rows, micro, rank, ranks, how);
  }

  @Test
  void dealsRoundRobin() {
    Batches rank1 = batches(100, 2, 2, 1, 3, Dealing.ROUND_ROBIN);
    assertThat(rank1.globalBatchSize()).isEqualTo(12);
    assertThat(taken(rank1, 0, 0)).containsExactly(1, 4);
    assertThat(taken(rank1, 0, 1)).containsExactly(7, 10);
    assertThat(taken(rank1, 12, 0)).containsExactly(13, 16);
  }

  @Test
  void dealsConsecutively() {
    Batches rank1 = batches(100, 2, 2, 1, 3, Dealing.CONSECUTIVE);
    assertThat(taken(rank1, 0, 0)).containsExactly(2, 3);
    assertThat(taken(rank1, 0, 1)).containsExactly(8, 9);
    assertThat(taken(rank1, 12, 1)).containsExactly(20, 21);
  }

  @Property(tries = 100)
  void everyStepTakesEachSampleOnce(
      @ForAll @IntRange(min = 1, max = 3) int rows,
      @ForAll @IntRange(min = 1, max = 4) int micro,
      @ForAll @IntRange(min = 1, max = 4) int ranks,
      @ForAll Dealing dealing) {
    List<Integer> all = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      for (int m = 0; m < micro; m++) {
        all.addAll(taken(batches(1000, rows, micro, rank, ranks, dealing), 37, m));
      }
    }
    Collections.sort(all);
    assertThat(all)
        .isEqualTo(
            LongStream.range(37, 37L + (long) rows * micro * ranks)
                .mapToObj(i -> (int) i)
                .toList());
  }

  @Test
  void microBatchesOfOneAreDealtTheSameEitherWay() {
    for (int micro = 0; micro < 3; micro++) {
      assertThat(batches(50, 1, 3, 1, 2, Dealing.ROUND_ROBIN).sampleIndex(6, micro, 0))
          .isEqualTo(batches(50, 1, 3, 1, 2, Dealing.CONSECUTIVE).sampleIndex(6, micro, 0));
    }
  }

  @Test
  void aPassDropsWhatIsLessThanABatchAndStartsAgain() {
    Batches one = batches(10, 4, 1, 0, 1, Dealing.ROUND_ROBIN);
    assertThat(one.stepsPerPass()).isEqualTo(2);
    assertThat(taken(one, 4, 0)).containsExactly(4, 5, 6, 7);
    assertThat(taken(one, 8, 0)).containsExactly(0, 1, 2, 3);
    assertThat(taken(one, 8_000_000_000_004L, 0)).containsExactly(4, 5, 6, 7);
  }

  @Test
  void aCursorOfAnotherBatchSizeStaysInsideTheSource() {
    assertThat(taken(batches(10, 4, 1, 0, 1, Dealing.ROUND_ROBIN), 7, 0))
        .containsExactly(0, 1, 2, 3);
    assertThat(taken(batches(10, 4, 1, 0, 1, Dealing.ROUND_ROBIN), 6, 0))
        .containsExactly(6, 7, 8, 9);
  }

  @Test
  void refusesASourceSmallerThanABatch() {
    assertThatThrownBy(() -> batches(7, 2, 2, 0, 2, Dealing.ROUND_ROBIN))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("7 samples, fewer than one global batch of 8");
  }
}
