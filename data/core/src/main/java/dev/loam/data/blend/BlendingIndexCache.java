// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.blend;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.CacheFiles;
import dev.loam.data.internal.IndexArray;
import dev.loam.data.internal.NpyArray;
import dev.loam.data.internal.NpyType;
import dev.loam.data.internal.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of one blend in a cache folder. It depends on nothing but weights and size, which are
 * in the names of the files. A file of Loam's own holds how many samples are of each dataset; where
 * it is missing, as beside files that others wrote, one pass counts them, checks that the index is
 * a blend at all, and the file is added.
 */
final class BlendingIndexCache {
  private static final Logger log = LoggerFactory.getLogger(BlendingIndexCache.class);

  private static final String DESCRIPTION = "description.txt";
  private static final String DATASETS = "dataset_index.npy";
  private static final String SAMPLES = "dataset_sample_index.npy";

  private static final String COUNTS = "loam_counts.npy";

  private final CacheFiles files;
  private final int datasets;
  private final long size;

  /**
   * A place in a cache.
   *
   * @param identity what Megatron-LM tells the blend by
   * @param datasets how many are blended
   * @param size samples of the blend
   */
  BlendingIndexCache(
      Path folder, String split, Map<String, Object> identity, int datasets, long size) {
    this.files = new CacheFiles(folder, "BlendedDataset-" + split, identity);
    this.datasets = datasets;
    this.size = size;
  }

  BlendingIndex loadOrBuild(Supplier<BlendingIndex> builder) {
    Optional<BlendingIndex> cached = load();
    if (cached.isPresent()) {
      return cached.get();
    }
    BlendingIndex built = builder.get();
    try {
      Files.deleteIfExists(files.file(COUNTS));
      files.publishText(DESCRIPTION, files.description());
      files.publish(DATASETS, f -> NpyWriter.write(f, NpyType.INT16, built.datasets()));
      files.publish(SAMPLES, f -> NpyWriter.write(f, NpyType.INT64, built.samples()));
      publish(built.counts());
    } catch (IOException e) {
      log.warn("{}: the blend cannot be cached: {}", files.file(DATASETS), e.toString());
      return built;
    }
    return load().orElse(built);
  }

  private Optional<BlendingIndex> load() {
    if (!files.exist(DESCRIPTION, DATASETS, SAMPLES)) {
      return Optional.empty();
    }
    try {
      NpyArray sources = NpyArray.open(files.file(DATASETS));
      NpyArray samples = NpyArray.open(files.file(SAMPLES));
      if (sources.size() == size && samples.size() == size) {
        Optional<long[]> counts = counts();
        if (counts.isEmpty()) {
          counts = count(sources, samples);
          counts.ifPresent(this::addCounts);
        }
        if (counts.isPresent()) {
          return Optional.of(new BlendingIndex(sources, samples, counts.get()));
        }
      }
      log.info("{}: of another blend, is built anew", files.file(DATASETS));
    } catch (IOException | DataFormatException e) {
      log.info("{}: unusable, is built anew: {}", files.file(DATASETS), e.getMessage());
    }
    return Optional.empty();
  }

  /** The counts that were stored, if they add up. */
  private Optional<long[]> counts() throws IOException {
    if (!files.exist(COUNTS)) {
      return Optional.empty();
    }
    NpyArray stored = NpyArray.open(files.file(COUNTS));
    long[] counts = new long[datasets];
    long sum = 0;
    for (int i = 0; i < Math.min(datasets, stored.size()); i++) {
      counts[i] = stored.get(i);
      sum += counts[i];
    }
    return sum == size && stored.size() == datasets ? Optional.of(counts) : Optional.empty();
  }

  /** How many samples are of each dataset, unless this is no blend. */
  private Optional<long[]> count(NpyArray sources, NpyArray samples) {
    long[] counts = new long[datasets];
    for (long i = 0; i < size; i++) {
      long source = sources.get(i);
      if (source < 0 || source >= datasets || samples.get(i) != counts[(int) source]++) {
        return Optional.empty();
      }
    }
    return Optional.of(counts);
  }

  private void addCounts(long[] counts) {
    try {
      publish(counts);
    } catch (IOException e) {
      log.debug("{}: cannot be written: {}", files.file(COUNTS), e.toString());
    }
  }

  private void publish(long[] counts) throws IOException {
    files.publish(COUNTS, f -> NpyWriter.write(f, NpyType.INT64, IndexArray.of(counts)));
  }
}
