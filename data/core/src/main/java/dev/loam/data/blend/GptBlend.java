// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import dev.loam.data.SampleSource;
import dev.loam.data.gpt.GptDataset;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.IndexCache;
import dev.loam.data.gpt.Split;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.data.internal.NumpyMath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Opens the datasets of a configuration as one source of samples, the way Megatron-LM's {@code
 * BlendedMegatronDatasetBuilder} puts them together.
 *
 * @param split what the samples are for
 * @param part which of the sequences of each dataset are used
 * @param options how samples are made
 * @param surplus how much more than its share is made of each dataset
 * @param cache where index arrays are kept, if anywhere
 * @param threads how many datasets are opened at the same time, at least 1
 */
public record GptBlend(
    Split split,
    Split.Part part,
    GptOptions options,
    SurplusRule surplus,
    Optional<IndexCache> cache,
    int threads) {
  /** Checks the number of threads. */
  public GptBlend {
    if (threads < 1) {
      throw new IllegalArgumentException(threads + " threads to open datasets");
    }
  }

  /** Without a cache and on the calling thread. */
  public GptBlend(Split split, Split.Part part, GptOptions options, SurplusRule surplus) {
    this(split, part, options, surplus, Optional.empty(), 1);
  }

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
          NumpyMath.normalise(weights),
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
    SurplusRule.Sizes sizes = surplus.sizes(weights, samples);
    List<OptionalLong> requested = new ArrayList<>();
    for (long size : sizes.requested()) {
      requested.add(OptionalLong.of(size));
    }
    return blend(
        openAll(prefixes, requested), sources -> weighted(sources, weights, sizes.blended()));
  }

  private SampleSource openUnweighted(List<Path> prefixes, OptionalLong samples)
      throws IOException {
    List<OptionalLong> oneEpoch = prefixes.stream().map(p -> OptionalLong.empty()).toList();
    return blend(
        openAll(prefixes, oneEpoch),
        sources -> {
          long[] lengths = sources.stream().mapToLong(SampleSource::size).toArray();
          long all = Arrays.stream(lengths).sum();
          if (samples.isEmpty()) {
            List<Object> weights = new ArrayList<>(Arrays.stream(lengths).boxed().toList());
            return index(
                sources, weights, Optional.empty(), all, () -> BlendingIndex.exhaustive(lengths));
          }
          double[] weights = Arrays.stream(lengths).asDoubleStream().toArray();
          return weighted(sources, weights, Math.min(samples.getAsLong(), all));
        });
  }

  private BlendingIndex weighted(List<GptDataset> sources, double[] weights, long size) {
    // Upstream normalises here too, a second time where there were weights: in the last bit it may
    // make a difference.
    double[] shares = NumpyMath.normalise(weights);
    List<Object> shown = new ArrayList<>(Arrays.stream(shares).boxed().toList());
    return index(
        sources, shown, Optional.of(size), size, () -> BlendingIndex.weighted(shares, size));
  }

  private BlendingIndex index(
      List<GptDataset> sources,
      List<Object> weights,
      Optional<Long> requested,
      long size,
      Supplier<BlendingIndex> builder) {
    if (cache.isEmpty()) {
      return builder.get();
    }
    String splitName = split.name().toLowerCase(Locale.ROOT);
    Map<String, Object> identity = new LinkedHashMap<>();
    identity.put("class", "BlendedDataset");
    identity.put("datasets", sources.stream().map(GptDataset::identity).toList());
    identity.put("split", splitName);
    identity.put("weights", weights);
    identity.put("size", requested);
    return new BlendingIndexCache(cache.get().folder(), splitName, identity, sources.size(), size)
        .loadOrBuild(builder);
  }

  private List<GptDataset> openAll(List<Path> prefixes, List<OptionalLong> samples)
      throws IOException {
    List<ParallelOpening.Opener<GptDataset>> openers = new ArrayList<>();
    for (int i = 0; i < prefixes.size(); i++) {
      Path prefix = prefixes.get(i);
      OptionalLong count = samples.get(i);
      openers.add(() -> openOne(prefix, count));
    }
    return ParallelOpening.openAll(openers, threads);
  }

  private GptDataset openOne(Path prefix, OptionalLong samples) throws IOException {
    IndexedDataset data = IndexedDataset.open(prefix);
    try {
      return new GptDataset(data, split, part, samples, options, cache);
    } catch (RuntimeException | Error e) {
      data.close();
      throw e;
    }
  }

  private static SampleSource blend(
      List<GptDataset> sources, Function<List<GptDataset>, BlendingIndex> index) {
    try {
      return new BlendedDataset(sources, index.apply(sources));
    } catch (RuntimeException | Error e) {
      sources.forEach(SampleSource::close);
      throw e;
    }
  }
}
