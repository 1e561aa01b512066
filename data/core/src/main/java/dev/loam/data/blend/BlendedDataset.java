// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import dev.loam.data.Sample;
import dev.loam.data.SampleBuffer;
import dev.loam.data.SampleSource;
import dev.loam.data.internal.NumpyMath;
import java.util.List;
import java.util.Objects;

/**
 * Several sample sources mixed into one, as Megatron-LM's {@code BlendedDataset} mixes them.
 * Nothing is shuffled beyond what the sources are. The index takes six bytes of memory for each
 * sample, none when it is cached. Closing it closes the sources. Safe for use by several threads.
 */
public final class BlendedDataset implements SampleSource {
  private final List<SampleSource> sources;
  private final BlendingIndex index;

  /** Checks that no source runs out. */
  BlendedDataset(List<? extends SampleSource> sources, BlendingIndex index) {
    this.sources = List.copyOf(sources);
    this.index = index;
    for (int i = 0; i < sources.size(); i++) {
      if (index.taken(i) > sources.get(i).size()) {
        throw new DataFormatException(
            "the blend of %d samples takes %d from dataset %d, which has %d; request fewer samples"
                    .formatted(index.size(), index.taken(i), i, sources.get(i).size())
                + " or lower its weight");
      }
    }
  }

  /**
   * So many samples, in given proportions.
   *
   * @param weights one for each source, above 0, in any unit
   * @throws DataFormatException if a source has too few samples
   */
  public static BlendedDataset weighted(
      List<? extends SampleSource> sources, double[] weights, long size) {
    requireWeights(weights, sources.size());
    return new BlendedDataset(sources, BlendingIndex.weighted(NumpyMath.normalise(weights), size));
  }

  /** All samples of all sources. */
  public static BlendedDataset exhaustive(List<? extends SampleSource> sources) {
    long[] sizes = sources.stream().mapToLong(SampleSource::size).toArray();
    return new BlendedDataset(sources, BlendingIndex.exhaustive(sizes));
  }

  static void requireWeights(double[] weights, int datasets) {
    if (weights.length != datasets || datasets == 0) {
      throw new DataFormatException(weights.length + " weights for " + datasets + " datasets");
    }
    for (double weight : weights) {
      if (!(weight > 0) || weight == Double.POSITIVE_INFINITY) {
        throw new DataFormatException(
            "weight " + weight + " in a blend, must be above 0; leave the dataset out");
      }
    }
  }

  @Override
  public long size() {
    return index.size();
  }

  @Override
  public Sample get(long position) {
    int i = (int) Objects.checkIndex(position, size());
    return sources.get(index.dataset(i)).get(index.sample(i));
  }

  @Override
  public void read(long position, SampleBuffer into) {
    int i = (int) Objects.checkIndex(position, size());
    sources.get(index.dataset(i)).read(index.sample(i), into);
  }

  /** Which source and which of its samples comes at each position. */
  public BlendingIndex index() {
    return index;
  }

  /** What is mixed. */
  public List<SampleSource> sources() {
    return sources;
  }

  @Override
  public void close() {
    sources.forEach(SampleSource::close);
  }
}
