// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.part.MicroBatch;
import org.junit.jupiter.api.Test;

class SampleBatchesTest {
  /** Samples of four tokens; all tokens of sample i are i, labels i + 1, the second unmasked. */
  private static final class Numbered implements SampleSource {
    final long size;
    boolean closed;

    Numbered(long size) {
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public Sample get(long index) {
      int i = (int) index;
      return new Sample(
          new int[] {i, i, i, i},
          new int[] {i + 1, 12345, i + 1, i + 1},
          new boolean[] {true, false, true, true},
          new int[] {0, 1, 0, 1},
          new int[] {0, 2, 4});
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static SampleBatches batches(long size, long samples, int micro, int accumulation) {
    return new SampleBatches(
        new Numbered(size),
        samples,
        micro,
        ReplicaShare.whole(accumulation),
        RowShape.equal(4, 100),
        "numbers");
  }

  @Test
  void samplesInOrderAndAgainInEveryEpoch() {
    SampleBatches batches = batches(20, 13, 2, 3);
    assertThat(batches.stepsPerEpoch()).isEqualTo(2);
    assertThat(batches.samplesPerStep()).isEqualTo(6);
    assertThat(batches.maxTokens()).isEqualTo(8);
    for (long step = 0; step < 6; step++) {
      long sample = step % 2 * 6;
      for (MicroBatch batch : batches.step(DataCursor.ofStep(step, batches))) {
        assertThat(batch.inputIds()[0]).isEqualTo(sample++);
        assertThat(batch.inputIds()[4]).isEqualTo(sample++);
      }
      assertThat(sample).isEqualTo(step % 2 * 6 + 6);
    }
  }

  @Test
  void aMicroBatchHoldsItsRowsAndTheirSegments() {
    MicroBatch batch = batches(4, 4, 2, 1).step(new DataCursor(0, 2)).get(0);
    assertThat(batch.inputIds()).containsExactly(2, 2, 2, 2, 3, 3, 3, 3);
    assertThat(batch.labels()).containsExactly(3, -100, 3, 3, 4, -100, 4, 4);
    assertThat(batch.positions()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1);
    assertThat(batch.cuSeqlens()).isEqualTo(CuSeqlens.of(0, 2, 4, 6, 8));
  }

  /** Sequence parallelism divides the tokens of a micro batch. */
  @Test
  void paddedToAMultiple() {
    RowShape shape = new RowShape(4, 100, 3);
    SampleBatches batches =
        new SampleBatches(new Numbered(4), 4, 2, ReplicaShare.whole(1), shape, "");
    assertThat(batches.maxTokens()).isEqualTo(9);
    MicroBatch batch = batches.step(new DataCursor(0, 2)).get(0);
    assertThat(batch.inputIds()).containsExactly(2, 2, 2, 2, 3, 3, 3, 3, 0);
    assertThat(batch.labels()).containsExactly(3, -100, 3, 3, 4, -100, 4, 4, -100);
    assertThat(batch.positions()).containsExactly(0, 1, 0, 1, 0, 1, 0, 1, 0);
    assertThat(batch.cuSeqlens()).isEqualTo(CuSeqlens.of(0, 2, 4, 6, 8, 9));
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    SampleBatches batches = batches(102, 102, 2, 1);
    assertThat(batches.step(DataCursor.ofStep(48, batches))).hasSize(1); // labels up to 98
    assertThatThrownBy(() -> batches.step(DataCursor.ofStep(49, batches))) // the label of sample 99
        .isInstanceOf(DataFormatException.class)
        .hasMessageContainingAll("token id 100", "sample 98", "vocabulary of 100");
  }

  @Test
  void tooFewSamplesForOneStep() {
    assertThatThrownBy(() -> batches(20, 5, 2, 3))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("5 samples do not fill one global batch of 6");
    assertThatThrownBy(() -> batches(5, 20, 2, 3))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("5 samples");
  }

  @Test
  void closingClosesTheSource() {
    Numbered source = new Numbered(4);
    new SampleBatches(source, 4, 1, ReplicaShare.whole(1), RowShape.equal(4, 100), "").close();
    assertThat(source.closed).isTrue();
  }
}
