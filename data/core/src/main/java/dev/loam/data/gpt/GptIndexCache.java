// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.gpt;

import dev.loam.data.DataFormatException;
import dev.loam.data.internal.CacheFiles;
import dev.loam.data.internal.IndexArray;
import dev.loam.data.internal.NpyArray;
import dev.loam.data.internal.NpyType;
import dev.loam.data.internal.NpyWriter;
import dev.loam.data.internal.PythonJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of one dataset in a cache folder.
 *
 * <p>The names of the files leave out options that change the arrays, and the data itself. A file
 * of Loam's own therefore says what the arrays were made of: the options, and a digest of the
 * lengths of the sequences, on which alone they depend beyond the name; and of which sizes and
 * times the files are that it speaks of, as several processes may write at once. Where it is
 * missing or says something else, the sample index is checked against the data row by row, which
 * costs a fraction of shuffling, and the two orders in number, bounds and sum. What passes is used,
 * as files that others wrote should be, and the file written; what does not is built anew.
 */
final class GptIndexCache {
  private static final Logger log = LoggerFactory.getLogger(GptIndexCache.class);

  private static final String DESCRIPTION = "description.txt";
  private static final String DOCUMENTS = "document_index.npy";
  private static final String ROWS = "sample_index.npy";
  private static final String SHUFFLE = "shuffle_index.npy";
  private static final String PROOF = "loam.json";

  private static final List<String> ARRAYS = List.of(DOCUMENTS, ROWS, SHUFFLE);

  private final GptPlan plan;
  private final IndexCache cache;
  private final CacheFiles files;
  private final int[] lengths;
  private final long digest;

  GptIndexCache(GptPlan plan, IndexCache cache, Split split, Map<String, Object> identity) {
    this.plan = plan;
    this.cache = cache;
    this.files =
        new CacheFiles(
            cache.folder(), "GPTDataset-" + split.name().toLowerCase(Locale.ROOT), identity);
    this.lengths = plan.lengths();
    this.digest = digest();
  }

  /** What the file of Loam's own has to say when the others have these stamps. */
  private String proof(Map<String, String> stamps) {
    Map<String, Object> made = new LinkedHashMap<>();
    made.put("version", 1);
    made.put(
        "add_extra_token_to_sequence", String.valueOf(plan.options().addExtraTokenToSequence()));
    made.put("drop_last_partial_sequence", String.valueOf(plan.dropLastPartial()));
    made.put("first_sequence", plan.first());
    made.put("sequences", plan.sequences());
    made.put("tokens", plan.tokens());
    made.put("lengths_crc32c", Long.toHexString(digest));
    made.put("epochs", plan.epochs().count());
    made.put("samples", plan.samples());
    made.put("files", stamps);
    return PythonJson.dumps(made) + "\n";
  }

  private long digest() {
    CRC32C crc = new CRC32C();
    ByteBuffer block = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < lengths.length; from += block.capacity() / Integer.BYTES) {
      int count = Math.min(block.capacity() / Integer.BYTES, lengths.length - from);
      block.clear().asIntBuffer().put(lengths, from, count);
      crc.update(block.limit(count * Integer.BYTES));
    }
    return crc.getValue();
  }

  /** The index from the cache if it is right, and in it afterwards if possible. */
  GptIndex loadOrBuild() {
    Optional<GptIndex> cached = load();
    if (cached.isPresent()) {
      return cached.get();
    }
    GptIndex built = GptIndex.build(plan);
    try {
      store(built);
    } catch (IOException e) {
      log.warn(
          "{}: the index cannot be cached and is built anew in every run: {}",
          cache.folder(),
          e.toString());
      return built;
    }
    // Mapped from now on, so that several processes share the memory.
    return load().orElse(built);
  }

  private Optional<GptIndex> load() {
    try {
      Map<String, String> stamps = stamps();
      if (stamps.size() < ARRAYS.size() || !files.exist(DESCRIPTION)) {
        return Optional.empty();
      }
      boolean proven = files.text(PROOF).equals(Optional.of(proof(stamps)));
      GptIndex index =
          new GptIndex(
              NpyArray.open(files.file(DOCUMENTS)),
              NpyArray.open(files.file(ROWS)),
              NpyArray.open(files.file(SHUFFLE)));
      if (!fits(index) || !(proven || isRight(index))) {
        log.info("{}: not of this data and these options, is built anew", files.file(ROWS));
        return Optional.empty();
      }
      if (!stamps.equals(stamps())) {
        return Optional.empty(); // Another process is just replacing them.
      }
      if (!proven) {
        addProof(stamps);
      }
      return Optional.of(index);
    } catch (IOException | DataFormatException e) {
      log.info("{}: unusable, is built anew: {}", files.file(ROWS), e.getMessage());
      return Optional.empty();
    }
  }

  private Map<String, String> stamps() throws IOException {
    Map<String, String> stamps = new LinkedHashMap<>();
    for (String name : ARRAYS) {
      files.stamp(name).ifPresent(stamp -> stamps.put(name, stamp));
    }
    return stamps;
  }

  private void addProof(Map<String, String> stamps) {
    try {
      files.publishText(PROOF, proof(stamps));
    } catch (IOException e) {
      log.debug("{}: cannot be written: {}", files.file(PROOF), e.toString());
    }
  }

  /** Whether there are as many numbers as there must be, the last ones in their bounds. */
  private boolean fits(GptIndex index) {
    IndexArray rows = index.rows();
    int samples = plan.samples();
    return index.documents().size() == plan.documents()
        && rows instanceof NpyArray pairs
        && pairs.columns() == 2
        && pairs.rows() == samples + 1L
        && index.shuffle().size() == samples
        && rows.get(0) == 0
        && rows.get(1) == 0
        && rows.get(2L * samples) < plan.documents()
        && (samples == 0 || index.shuffle().get(samples - 1L) < samples);
  }

  /** Whether it is the index of this data, as far as can be seen without shuffling. */
  private boolean isRight(GptIndex index) {
    long documentSum = 0;
    int last = plan.first() + plan.sequences() - 1;
    for (long i = 0; i < index.documents().size(); i++) {
      long document = index.documents().get(i);
      if (document < plan.first() || document > last) {
        return false;
      }
      documentSum += document;
    }
    long shuffleSum = 0;
    for (long i = 0; i < index.shuffle().size(); i++) {
      shuffleSum += index.shuffle().get(i);
    }
    long samples = plan.samples();
    long sequences = plan.sequences();
    return documentSum == plan.epochs().count() * ((plan.first() + (long) last) * sequences / 2)
        && shuffleSum == samples * (samples - 1) / 2
        && SampleIndex.isRight(
            index.rows(),
            new LengthReader(lengths, plan.first(), index.documents()),
            plan.samples(),
            plan.options().sequenceLength(),
            plan.options().extra());
  }

  /** The proof speaks of exactly these files, should another process replace one meanwhile. */
  private void store(GptIndex index) throws IOException {
    files.publishText(DESCRIPTION, files.description());
    NpyType rows = cache.wideRows() ? NpyType.INT64 : NpyType.INT32;
    Map<String, String> stamps = new LinkedHashMap<>();
    stamps.put(
        DOCUMENTS,
        files.publish(DOCUMENTS, f -> NpyWriter.write(f, NpyType.INT32, index.documents())));
    stamps.put(ROWS, files.publish(ROWS, f -> NpyWriter.writePairs(f, rows, index.rows())));
    stamps.put(
        SHUFFLE, files.publish(SHUFFLE, f -> NpyWriter.write(f, NpyType.UINT32, index.shuffle())));
    files.publishText(PROOF, proof(stamps));
  }
}
