// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.data.gpt.NumpyRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Samples of the three datasets that {@link MindSpeedPreprocessor} and MindSpeed-LLM make, in the
 * order of MindSpeed-LLM: each epoch is shuffled by one {@code numpy.random.RandomState(seed)}, one
 * after the other.
 *
 * <p>A row is a sample. The labels in the files are not shifted; those of a sample are, and where
 * there is nothing to be learned they are -100 and do not count. Where the attention mask numbers
 * samples ({@link Packing#NEAT}) attention and positions are confined to each, no label crosses a
 * seam, and the padding is left out. Rows are never padded. Rows that are too long are cut turn by
 * turn, packed ones at the end.
 */
public final class MindSpeedSamples implements SampleSource {
  private final InstructionData data;
  private final int sequenceLength;
  private final int[] order;

  private MindSpeedSamples(InstructionData data, MindSpeedSampleOptions options) {
    this.data = data;
    this.sequenceLength = options.sequenceLength();
    this.order = order(RowSplit.of(options.phase(), options.split(), data.rows()), options);
  }

  /**
   * Opens the datasets.
   *
   * @param prefix what was given to the preprocessing, such as {@code finetune_dataset/alpaca}
   * @throws dev.loam.data.DataFormatException if a dataset is missing or damaged, or the three do
   *     not fit together
   * @throws IOException if a file cannot be read
   */
  public static MindSpeedSamples open(Path prefix, MindSpeedSampleOptions options)
      throws IOException {
    InstructionData data = InstructionData.open(prefix);
    try {
      return new MindSpeedSamples(data, options);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private static int[] order(RowSplit rows, MindSpeedSampleOptions options) {
    long wanted = options.samples().orElse(1);
    long epochs = Math.max(1, (wanted + rows.count() - 1) / rows.count());
    int[] order = new int[Math.toIntExact(epochs * rows.count())];
    Arrays.setAll(order, i -> rows.first() + i % rows.count());
    if (options.shuffle()) {
      NumpyRandom random = new NumpyRandom(options.seed());
      for (int start = 0; start < order.length; start += rows.count()) {
        random.shuffle(order, start, start + rows.count());
      }
    }
    return order;
  }

  /** The number of samples, those of whole epochs. */
  @Override
  public long size() {
    return order.length;
  }

  /** The row that each sample is. */
  public int[] order() {
    return order.clone();
  }

  @Override
  public Sample get(long index) {
    SampleBuffer buffer = new SampleBuffer();
    read(index, buffer);
    return buffer.toSample();
  }

  @Override
  public void read(long index, SampleBuffer into) {
    if (index < 0 || index >= order.length) {
      throw new IndexOutOfBoundsException("sample " + index + " of " + order.length);
    }
    int place = order[(int) index];
    InstructionRow row = InstructionRow.read(data, place).cut(sequenceLength);
    if (!row.teaches()) {
      throw data.wrong(
          place,
          "no label to learn among its first %d tokens; raise seq_length (now %d) or leave the row out"
              .formatted(row.ids().length, sequenceLength));
    }
    row.fill(into);
  }

  @Override
  public void close() {
    data.close();
  }
}
