// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.IndexArray;
import java.util.Arrays;

/**
 * Which dataset, and which of its samples, comes at each position of a blend: always the dataset
 * that lags most behind its share, the first of those that lag equally. The samples of each dataset
 * come in their own order.
 */
public final class BlendingIndex {
  /** Some virtual machines have arrays of a few elements less than 2^31. */
  private static final int MAX_SIZE = Integer.MAX_VALUE - 16;

  private final IndexArray datasets;
  private final IndexArray samples;
  private final long[] counts;

  /**
   * What has been built.
   *
   * @param counts how many samples are from each dataset
   */
  BlendingIndex(IndexArray datasets, IndexArray samples, long[] counts) {
    this.datasets = datasets;
    this.samples = samples;
    this.counts = counts;
  }

  /**
   * A blend in given proportions.
   *
   * @param weights the share of each dataset, all together 1
   * @param size the number of samples in the blend
   */
  public static BlendingIndex weighted(double[] weights, long size) {
    Builder builder = new Builder(checkedSize(size), weights.length);
    boolean[] eligible = new boolean[weights.length];
    Arrays.fill(eligible, true);
    for (int i = 0; i < size; i++) {
      builder.take(i, builder.mostBehind(i, weights, eligible));
    }
    return builder.build();
  }

  /**
   * A blend of all samples of all datasets, each spread evenly.
   *
   * @param sizes the number of samples of each dataset
   */
  public static BlendingIndex exhaustive(long[] sizes) {
    long total = Arrays.stream(sizes).reduce(0, Math::addExact);
    Builder builder = new Builder(checkedSize(total), sizes.length);
    double[] weights = new double[sizes.length];
    boolean[] unspent = new boolean[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      weights[i] = (double) sizes[i] / total;
      unspent[i] = sizes[i] > 0;
    }
    for (int i = 0; i < total; i++) {
      int dataset = builder.mostBehind(i, weights, unspent);
      builder.take(i, dataset);
      unspent[dataset] = builder.counts[dataset] < sizes[dataset];
    }
    return builder.build();
  }

  private static int checkedSize(long size) {
    if (size < 0 || size > MAX_SIZE) {
      throw new DataFormatException(
          "%d samples in a blend, from 0 to %d can be".formatted(size, MAX_SIZE));
    }
    return (int) size;
  }

  /** The arrays while they are filled. */
  private static final class Builder {
    final short[] datasets;
    final int[] samples;
    final long[] counts;

    Builder(int size, int datasetCount) {
      if (datasetCount > Short.MAX_VALUE) {
        throw new DataFormatException(datasetCount + " datasets in a blend, at most 32767 can be");
      }
      long bytes = (long) size * (Short.BYTES + Integer.BYTES);
      if (bytes > Runtime.getRuntime().maxMemory()) {
        throw new DataFormatException(
            "a blend of %d samples takes %d MB of memory to build, more than Java has; raise -Xmx"
                    .formatted(size, bytes >> 20)
                + " or request fewer samples");
      }
      this.datasets = new short[size];
      this.samples = new int[size];
      this.counts = new long[datasetCount];
    }

    int mostBehind(int position, double[] weights, boolean[] eligible) {
      double time = Math.max(position, 1);
      int best = -1;
      double bestLag = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < weights.length; i++) {
        double lag = weights[i] * time - counts[i];
        if (eligible[i] && lag > bestLag) {
          best = i;
          bestLag = lag;
        }
      }
      return best;
    }

    void take(int position, int dataset) {
      datasets[position] = (short) dataset;
      samples[position] = (int) counts[dataset]++;
    }

    BlendingIndex build() {
      return new BlendingIndex(IndexArray.of(datasets), IndexArray.of(samples), counts);
    }
  }

  /** The number of samples in the blend. */
  public int size() {
    return (int) datasets.size();
  }

  /** Which dataset the sample at a position is from. */
  public int dataset(int position) {
    return (int) datasets.get(position);
  }

  /** Which sample of its dataset is at a position. */
  public int sample(int position) {
    return (int) samples.get(position);
  }

  /** How many samples of a dataset the blend takes: the first so many. */
  public long taken(int dataset) {
    return counts[dataset];
  }

  /** How many samples of each dataset the blend takes. */
  long[] counts() {
    return counts;
  }

  /** The datasets of all positions. */
  IndexArray datasets() {
    return datasets;
  }

  /** The samples of all positions. */
  IndexArray samples() {
    return samples;
  }
}
