// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import dev.loam.tensor.part.LossHead;
import java.util.List;
import java.util.Objects;

/**
 * The rows of a {@link TokenFile} one by one, step after step. Labels are shifted; where there is
 * none to predict, the label is {@link LossHead#IGNORED} and does not count.
 */
final class TokenFileSamples implements SampleSource {
  private final TokenFile file;
  private long readStep;
  private TokenFile.Step step;

  /** Closes the file when closed. */
  TokenFileSamples(TokenFile file) {
    this.file = file;
    this.step = file.read(0);
  }

  @Override
  public long size() {
    return Math.multiplyExact(file.steps(), (long) file.rows());
  }

  @Override
  public synchronized Sample get(long index) {
    long needed = Objects.checkIndex(index, size()) / file.rows();
    if (needed != readStep) {
      step = file.read(needed);
      readStep = needed;
    }
    int row = (int) (index % file.rows());
    List<Long> ids = step.ids().get(row);
    List<Long> labels = step.labels().get(row);
    int length = file.length();
    int[] inputs = new int[length];
    int[] shifted = new int[length];
    boolean[] mask = new boolean[length];
    int[] positions = new int[length];
    for (int t = 0; t < length; t++) {
      inputs[t] = id("input_ids", ids.get(t), row, t);
      long label = t + 1 < length ? labels.get(t + 1) : LossHead.IGNORED;
      mask[t] = label != LossHead.IGNORED;
      shifted[t] = mask[t] ? id("labels", label, row, t + 1) : (int) LossHead.IGNORED;
      positions[t] = t;
    }
    return new Sample(inputs, shifted, mask, positions, new int[] {0, length});
  }

  private int id(String tensor, long id, int row, int t) {
    if (id < 0 || id > Integer.MAX_VALUE) {
      throw new DataFormatException(
          "%s: %s[%d][%d][%d] = %d is no token id"
              .formatted(file.path(), tensor, readStep, row, t, id));
    }
    return (int) id;
  }

  @Override
  public void close() {
    file.close();
  }
}
