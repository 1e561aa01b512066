// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.data.internal.IndexArray;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SampleIndexTest {
  private static final int[] SIZES = {7, 3, 11, 5, 9, 2, 13, 6};

  private static int[] documents(long samples) {
    Epochs epochs = Epochs.plan(56, OptionalLong.of(samples), 8, 1);
    return DocumentIndex.build(0, 8, epochs, new NumpyRandom(1234));
  }

  private static LengthReader lengths(int[] sizes, int[] documents) {
    return new LengthReader(sizes, 0, IndexArray.of(documents));
  }

  @Test
  void oneEpoch() {
    assertThat(documents(5)).containsExactly(2, 1, 6, 0, 4, 5, 3, 7);
    SampleIndex index = SampleIndex.build(lengths(SIZES, documents(5)), 6, 8, 1);
    assertThat(index.toInts()).containsExactly(0, 0, 0, 8, 2, 2, 2, 10, 3, 5, 4, 6, 6, 3);
  }

  @Test
  void epochsShuffledTogether() {
    assertThat(Epochs.plan(56, OptionalLong.of(12), 8, 1)).isEqualTo(new Epochs(2, false, 6));
    assertThat(documents(12)).containsExactly(5, 3, 0, 4, 6, 2, 2, 7, 1, 1, 0, 4, 5, 6, 3, 7);
  }

  @Test
  void lastEpochShuffledSeparately() {
    Epochs epochs = Epochs.plan(56, OptionalLong.of(30), 8, 1);
    assertThat(epochs).isEqualTo(new Epochs(5, true, 27));
    NumpyRandom random = new NumpyRandom(1234);
    assertThat(DocumentIndex.build(0, 8, epochs, random))
        .endsWith(0, 5, 7, 6, 1, 4, 3, 2)
        .startsWith(7, 2, 4, 1, 2, 0, 3, 7);
    assertThat(ShuffleIndex.build(34, epochs, random))
        .startsWith(3, 15, 21, 2)
        .endsWith(33, 27, 28, 30, 31, 29, 32);
  }

  @Property(tries = 300)
  void epochsAreAsFewAsGiveEnough(
      @ForAll @LongRange(min = 1, max = 5000) long tokens,
      @ForAll @LongRange(max = 3000) long samples,
      @ForAll @IntRange(min = 1, max = 300) int length,
      @ForAll @IntRange(max = 1) int extra) {
    Epochs epochs = Epochs.plan(tokens, OptionalLong.of(samples), length, extra);
    long needed = samples * length + extra;
    assertThat(epochs.count() * tokens).isGreaterThanOrEqualTo(needed);
    assertThat(epochs.count() == 1 || (epochs.count() - 1) * tokens < needed).isTrue();
    if (epochs.separateLast()) {
      long perEpoch = (tokens - extra) / length;
      assertThat(samples - epochs.samplesBeforeLast()).isBetween(1L, perEpoch);
    }
  }

  @Property(tries = 300)
  void samplesFollowEachOtherWithoutGaps(
      @ForAll @Size(min = 1, max = 30) List<@IntRange(max = 40) Integer> sizes,
      @ForAll @IntRange(min = 1, max = 30) int length,
      @ForAll @IntRange(max = 1) int extra) {
    int[] order = new int[sizes.size()];
    Arrays.setAll(order, i -> i);
    long tokens = sizes.stream().mapToLong(Integer::longValue).sum();
    int samples = SampleIndex.count(tokens, length, extra, true);
    int[] lengths = sizes.stream().mapToInt(Integer::intValue).toArray();
    SampleIndex index = SampleIndex.build(lengths(lengths, order), samples, length, extra);
    assertThat(SampleIndex.isRight(index, lengths(lengths, order), samples, length, extra))
        .isTrue();
    for (int row = 0; row <= samples; row++) {
      long position = index.get(2L * row + 1);
      for (int d = 0; d < index.get(2L * row); d++) {
        position += sizes.get(d);
      }
      assertThat(position).isEqualTo((long) row * length);
    }
  }

  @Test
  void thePartialSampleIsCountedInFloat32() {
    assertThat(SampleIndex.count(101, 10, 1, false)).isEqualTo(10);
    assertThat(SampleIndex.count(102, 10, 1, false)).isEqualTo(11);
    // 2^25 + 1 is 2^25 in float32, so that its last token makes no sample of its own.
    assertThat(SampleIndex.count((1L << 25) + 2, 1 << 10, 1, false)).isEqualTo(1 << 15);
    // 2^25 + 3 is 2^25 + 4.
    assertThat(SampleIndex.count((1L << 25) + 4, 4, 1, false)).isEqualTo((1 << 23) + 1);
    // Exactly 2^23 + 1/2; in float32 it is 2^23, a partial sample that is left out.
    assertThat(SampleIndex.count((1L << 24) + 2, 2, 1, false)).isEqualTo(1 << 23);
    assertThat(SampleIndex.count((1L << 24) + 2, 2, 1, true)).isEqualTo(1 << 23);
  }

  @Test
  void largeCorporaDoNotOverflow() {
    Epochs epochs = Epochs.plan(3_000_000_000_000L, OptionalLong.of(2_000_000_000), 4096, 1);
    assertThat(epochs.count()).isEqualTo(3);
    assertThat(SampleIndex.count(3 * 3_000_000_000_000L, 8192, 1, true)).isEqualTo(1_098_632_812);
  }
}
