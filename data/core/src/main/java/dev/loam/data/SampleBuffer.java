// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import java.util.Arrays;

/**
 * Room for one sample that is read into again and again, so that reading makes no garbage. The
 * arrays are the buffer's own and may be longer than the sample; what lies beyond {@link #length}
 * means nothing, and every sample read overwrites the one before. For one thread.
 */
public final class SampleBuffer {
  private static final int FEW_SEGMENTS = 16;

  private int length;
  private int segments;
  private int[] inputIds = {};
  private int[] labels = {};
  private boolean[] lossMask = {};
  private int[] positionIds = {};
  private int[] cuSeqlens = new int[FEW_SEGMENTS + 1];

  /**
   * Begins a sample, with room for a token more than its length. It is one segment until it is cut;
   * the content of the other arrays is undefined.
   *
   * @param newLength the number of positions, at least 1
   */
  public void begin(int newLength) {
    if (newLength < 1) {
      throw new IllegalArgumentException("a sample of " + newLength + " tokens");
    }
    if (newLength >= inputIds.length) {
      int room = Math.addExact(newLength, 1);
      inputIds = new int[room];
      labels = new int[room];
      lossMask = new boolean[room];
      positionIds = new int[room];
    }
    length = newLength;
    segments = 1;
    cuSeqlens[0] = 0;
    cuSeqlens[1] = newLength;
  }

  /**
   * Cuts attention before a position. Positions come in rising order; before the first and after
   * the last, and where it is cut already, nothing happens.
   */
  public void cutBefore(int position) {
    if (position <= cuSeqlens[segments - 1] || position >= length) {
      return;
    }
    if (segments + 2 > cuSeqlens.length) {
      cuSeqlens = Arrays.copyOf(cuSeqlens, 2 * cuSeqlens.length);
    }
    cuSeqlens[segments++] = position;
    cuSeqlens[segments] = length;
  }

  /** Takes over a copy of a sample. */
  public void set(Sample sample) {
    begin(sample.length());
    System.arraycopy(sample.inputIds(), 0, inputIds, 0, length);
    System.arraycopy(sample.labels(), 0, labels, 0, length);
    System.arraycopy(sample.lossMask(), 0, lossMask, 0, length);
    System.arraycopy(sample.positionIds(), 0, positionIds, 0, length);
    for (int start : sample.cuSeqlens()) {
      cutBefore(start);
    }
  }

  /** A sample of its own. */
  public Sample toSample() {
    return new Sample(
        Arrays.copyOf(inputIds, length),
        Arrays.copyOf(labels, length),
        Arrays.copyOf(lossMask, length),
        Arrays.copyOf(positionIds, length),
        Arrays.copyOf(cuSeqlens, segments + 1));
  }

  /** The number of positions, T. */
  public int length() {
    return length;
  }

  /** As {@link Sample#inputIds}, in the first T elements. */
  public int[] inputIds() {
    return inputIds;
  }

  /** As {@link Sample#labels}, in the first T elements. */
  public int[] labels() {
    return labels;
  }

  /** As {@link Sample#lossMask}, in the first T elements. */
  public boolean[] lossMask() {
    return lossMask;
  }

  /** As {@link Sample#positionIds}, in the first T elements. */
  public int[] positionIds() {
    return positionIds;
  }

  /** The number of segments. */
  public int segments() {
    return segments;
  }

  /** As {@link Sample#cuSeqlens}, in the first {@code segments() + 1} elements. */
  public int[] cuSeqlens() {
    return cuSeqlens;
  }
}
