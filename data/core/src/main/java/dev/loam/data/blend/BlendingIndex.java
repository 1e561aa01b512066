// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import java.util.Arrays;

/**
 * Which dataset, and which of its samples, comes at each position of a blend: always the dataset
 * that lags most behind its share, the first of those that lag equally. The samples of each dataset
 * come in their own order.
 */
public final class BlendingIndex {
  private final short[] datasets;
  private final int[] samples;
  private final long[] counts;

  private BlendingIndex(int size, int datasetCount) {
    if (datasetCount > Short.MAX_VALUE) {
      throw new DataFormatException(datasetCount + " datasets in a blend, at most 32767 can be");
    }
    this.datasets = new short[size];
    this.samples = new int[size];
    this.counts = new long[datasetCount];
  }

  /**
   * A blend in given proportions.
   *
   * @param weights the share of each dataset, all together 1
   * @param size the number of samples in the blend
   */
  public static BlendingIndex weighted(double[] weights, long size) {
    BlendingIndex index = new BlendingIndex(checkedSize(size), weights.length);
    boolean[] eligible = new boolean[weights.length];
    Arrays.fill(eligible, true);
    for (int i = 0; i < index.size(); i++) {
      index.take(i, index.mostBehind(i, weights, eligible));
    }
    return index;
  }

  /**
   * A blend of all samples of all datasets, each spread evenly.
   *
   * @param sizes the number of samples of each dataset
   */
  public static BlendingIndex exhaustive(long[] sizes) {
    long total = Arrays.stream(sizes).reduce(0, Math::addExact);
    BlendingIndex index = new BlendingIndex(checkedSize(total), sizes.length);
    double[] weights = new double[sizes.length];
    boolean[] unspent = new boolean[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      weights[i] = (double) sizes[i] / total;
      unspent[i] = sizes[i] > 0;
    }
    for (int i = 0; i < index.size(); i++) {
      int dataset = index.mostBehind(i, weights, unspent);
      index.take(i, dataset);
      unspent[dataset] = index.counts[dataset] < sizes[dataset];
    }
    return index;
  }

  private static int checkedSize(long size) {
    if (size < 0 || size > Integer.MAX_VALUE) {
      throw new DataFormatException(size + " samples in a blend, from 0 to 2147483647 can be");
    }
    return (int) size;
  }

  private int mostBehind(int position, double[] weights, boolean[] eligible) {
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

  private void take(int position, int dataset) {
    datasets[position] = (short) dataset;
    samples[position] = (int) counts[dataset]++;
  }

  /** The number of samples in the blend. */
  public int size() {
    return datasets.length;
  }

  /** Which dataset the sample at a position is from. */
  public int dataset(int position) {
    return datasets[position];
  }

  /** Which sample of its dataset is at a position. */
  public int sample(int position) {
    return samples[position];
  }

  /** How many samples of a dataset the blend takes: the first so many. */
  public long taken(int dataset) {
    return counts[dataset];
  }
}
