// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import dev.loam.data.SampleSource;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.internal.NumpyMath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Opens the datasets of a configuration as one source of samples, the way Megatron-LM's {@code
 * BlendedMegatronDatasetBuilder} puts them together.
 *
 * @param split what the samples are for
 * @param part which of the sequences of each dataset are used
 * @param options how samples are made
 * @param surplus how much more than its share is made of each dataset
 */
public record GptBlend(Split split, Split.Part part, GptOptions options, SurplusRule surplus) {
  /**
   * Opens the datasets.
   *
   * <ul>
   *   <li>With weights they are blended in these proportions; {@code samples} must be given.
   *   <li>Several without weights are gone through once and all of it is used, or the first {@code
   *       samples} of a blend by size.
   *   <li>One without a weight is used as it is, as often as {@code samples} needs.
   * </ul>
   *
   * @param samples how many samples are needed; all of one epoch if not given
   * @throws DataFormatException if a dataset cannot be used
   * @throws IOException if a file cannot be read
   */
  public SampleSource open(DataPaths paths, OptionalLong samples) throws IOException {
    if (paths.weights().isPresent()) {
      double[] weights = paths.weights().get().stream().mapToDouble(Double::doubleValue).toArray();
      return openWeighted(
          paths.prefixes(),
          weights,
          samples.orElseThrow(
              () ->
                  new DataFormatException(
                      "data_path has weights but no number of samples is given; set sizes")));
    }
    if (paths.prefixes().size() == 1) {
      return openOne(paths.prefixes().get(0), samples);
    }
    return openUnweighted(paths.prefixes(), samples);
  }

  private SampleSource openWeighted(List<Path> prefixes, double[] weights, long samples)
      throws IOException {
    SurplusRule.Sizes sizes = surplus.sizes(NumpyMath.normalise(weights), samples);
    List<OptionalLong> requested = new ArrayList<>();
    for (long size : sizes.requested()) {
      requested.add(OptionalLong.of(size));
    }
    List<SampleSource> sources = openAll(prefixes, requested);
    return closingOnFailure(
        sources, () -> BlendedDataset.weighted(sources, weights, sizes.blended()));
  }

  private SampleSource openUnweighted(List<Path> prefixes, OptionalLong samples)
      throws IOException {
    List<OptionalLong> oneEpoch = prefixes.stream().map(p -> OptionalLong.empty()).toList();
    List<SampleSource> sources = openAll(prefixes, oneEpoch);
    return closingOnFailure(
        sources,
        () -> {
          if (samples.isEmpty()) {
            return BlendedDataset.exhaustive(sources);
          }
          double[] lengths = sources.stream().mapToDouble(SampleSource::size).toArray();
          long all = sources.stream().mapToLong(SampleSource::size).sum();
          return BlendedDataset.weighted(sources, lengths, Math.min(samples.getAsLong(), all));
        });
  }

  private List<SampleSource> openAll(List<Path> prefixes, List<OptionalLong> samples)
      throws IOException {
    List<SampleSource> sources = new ArrayList<>();
    try {
      for (int i = 0; i < prefixes.size(); i++) {
        sources.add(openOne(prefixes.get(i), samples.get(i)));
      }
      return sources;
    } catch (IOException | RuntimeException e) {
      sources.forEach(SampleSource::close);
      throw e;
    }
  }

  private SampleSource openOne(Path prefix, OptionalLong samples) throws IOException {
    IndexedDataset data = IndexedDataset.open(prefix);
    try {
      return new GptDataset(data, split, part, samples, options);
    } catch (RuntimeException e) {
      data.close();
      throw e;
    }
  }

  private static SampleSource closingOnFailure(
      List<SampleSource> sources, Supplier<SampleSource> blend) {
    try {
      return blend.get();
    } catch (RuntimeException e) {
      sources.forEach(SampleSource::close);
      throw e;
    }
  }
}
