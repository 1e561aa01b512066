// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Packing loses nothing, repeats nothing, and follows its rule. */
class PackingTest {
  private static final int CAPACITY = 20;

  @Provide
  Arbitrary<int[]> lengths() {
    return Arbitraries.integers().between(1, CAPACITY).array(int[].class).ofMaxSize(60);
  }

  @Property(tries = 200)
  void everySampleOnceInRowsThatHoldThem(
      @ForAll("lengths") int[] lengths, @ForAll Packing packing) {
    List<int[]> rows = packing.pack(lengths, CAPACITY);
    int[] all = rows.stream().flatMapToInt(Arrays::stream).sorted().toArray();
    assertThat(all).isEqualTo(IntStream.range(0, lengths.length).toArray());
    for (int[] row : rows) {
      assertThat(row).isNotEmpty().isSorted();
      assertThat(Arrays.stream(row).map(i -> lengths[i]).sum()).isLessThanOrEqualTo(CAPACITY);
    }
  }

  /** By looking at every row for every sample. */
  @Property(tries = 200)
  void theRulesWord(@ForAll("lengths") int[] lengths, @ForAll Packing packing) {
    List<List<Integer>> rows = new ArrayList<>();
    List<Integer> room = new ArrayList<>();
    for (int i = 0; i < lengths.length; i++) {
      int chosen = -1;
      for (int row = packing == Packing.IN_ORDER ? Math.max(0, rows.size() - 1) : 0;
          row < rows.size();
          row++) {
        boolean fits = room.get(row) >= lengths[i];
        boolean better =
            chosen < 0 || (packing == Packing.BEST_FIT && room.get(row) < room.get(chosen));
        chosen = fits && better ? row : chosen;
      }
      if (chosen < 0) {
        chosen = rows.size();
        rows.add(new ArrayList<>());
        room.add(CAPACITY);
      }
      rows.get(chosen).add(i);
      room.set(chosen, room.get(chosen) - lengths[i]);
    }
    List<List<Integer>> packed =
        packing.pack(lengths, CAPACITY).stream()
            .map(row -> Arrays.stream(row).boxed().toList())
            .toList();
    assertThat(packed).isEqualTo(rows);
  }

  @Property(tries = 200)
  void cutRowsAreFullAndBoundedBySamples(@ForAll("lengths") int[] lengths) {
    int[] starts = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = starts[i] + lengths[i];
    }
    List<int[]> rows = CutRows.of(starts, 7, Math.max(1, lengths.length));
    int at = 0;
    for (int[] row : rows) {
      int begin = at;
      for (int i = 0; i < row.length; i += 2) {
        assertThat(row[i]).isEqualTo(at);
        int from = row[i];
        int to = row[i + 1];
        assertThat(from).isLessThan(to);
        assertThat(Arrays.stream(starts).filter(s -> from < s && s < to)).isEmpty();
        at = to;
      }
      assertThat(at - begin).isEqualTo(Math.min(7, starts[lengths.length] - begin));
    }
    assertThat(at).isEqualTo(starts[lengths.length]);
  }

  @Test
  void eachStrategyDiffers() {
    int[] lengths = {9, 14, 6, 11};
    assertThat(Packing.IN_ORDER.pack(lengths, CAPACITY))
        .containsExactly(new int[] {0}, new int[] {1, 2}, new int[] {3});
    assertThat(Packing.FIRST_FIT.pack(lengths, CAPACITY))
        .containsExactly(new int[] {0, 2}, new int[] {1}, new int[] {3});
    assertThat(Packing.BEST_FIT.pack(lengths, CAPACITY))
        .containsExactly(new int[] {0, 3}, new int[] {1, 2});
  }
}
