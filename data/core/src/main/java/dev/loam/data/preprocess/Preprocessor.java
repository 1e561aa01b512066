// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.indexed.IndexedDatasetWriter;
import dev.loam.data.indexed.TokenType;
import dev.loam.data.internal.Utf8Lines;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns JSON lines into indexed datasets, {@code PREFIX_KEY_document.bin} and {@code .idx} for each
 * field, as {@code preprocess_indexed_dataset.py} does: a line is a document, in the order of the
 * lines, its field a text or a list of texts, and a text a sequence. Tokens are stored as int32.
 * Added tokens in the text are recognised.
 *
 * <p>Threads are started for a run and are gone when it ends. The outputs appear under their names
 * only when all of them are complete.
 */
public final class Preprocessor {
  private static final Logger LOG = LoggerFactory.getLogger(Preprocessor.class);
  private static final int CHUNK_LINES = 32;
  private static final int CHUNK_CHARACTERS = 1 << 20;
  private static final double MEGA = 1e6;
  private static final double NANOS = 1e9;

  private final Tokenizer tokenizer;
  private final PreprocessOptions options;

  /** A preprocessor. */
  public Preprocessor(Tokenizer tokenizer, PreprocessOptions options) {
    this.tokenizer = tokenizer;
    this.options = options;
  }

  /**
   * What a run wrote.
   *
   * @param prefixes of the datasets, one for each field
   * @param documents lines of the input
   * @param tokens in each dataset
   */
  public record Result(List<Path> prefixes, long documents, List<Long> tokens) {}

  /**
   * Runs.
   *
   * @param input JSON lines in UTF-8, compressed where the name ends in {@code .gz}
   * @param outputPrefix to which {@code _KEY_document} is appended
   * @throws dev.loam.data.DataFormatException if a line cannot be used, naming it
   * @throws IOException if reading or writing fails
   */
  public Result run(Path input, Path outputPrefix) throws IOException {
    List<Path> prefixes = new ArrayList<>();
    for (String key : options.jsonKeys()) {
      prefixes.add(
          outputPrefix.resolveSibling(outputPrefix.getFileName() + "_" + key + "_document"));
    }
    DocumentEncoder encoder = new DocumentEncoder(tokenizer, options, new DocumentReader(input));
    try (Utf8Lines lines = new Utf8Lines(input);
        Outputs outputs = new Outputs(prefixes);
        OrderedWorkers<List<EncodedDocument.Line>> workers =
            new OrderedWorkers<>("loam-preprocess", options.workers())) {
      Progress progress = new Progress();
      for (List<Utf8Lines.Line> chunk = chunk(lines); !chunk.isEmpty(); chunk = chunk(lines)) {
        List<Utf8Lines.Line> task = chunk;
        write(workers.submit(() -> encoder.encode(task)), outputs, progress);
      }
      Optional<List<EncodedDocument.Line>> rest = workers.next();
      while (rest.isPresent()) {
        write(rest, outputs, progress);
        rest = workers.next();
      }
      outputs.finish();
      return new Result(List.copyOf(prefixes), progress.documents, outputs.tokens());
    }
  }

  private static List<Utf8Lines.Line> chunk(Utf8Lines lines) throws IOException {
    List<Utf8Lines.Line> chunk = new ArrayList<>();
    long characters = 0;
    while (chunk.size() < CHUNK_LINES && characters < CHUNK_CHARACTERS) {
      Optional<Utf8Lines.Line> line = lines.next();
      if (line.isEmpty()) {
        break;
      }
      chunk.add(line.get());
      characters += line.get().text().length();
    }
    return chunk;
  }

  private static void write(
      Optional<List<EncodedDocument.Line>> encoded, Outputs outputs, Progress progress)
      throws IOException {
    for (EncodedDocument.Line line : encoded.orElse(List.of())) {
      outputs.add(line.fields());
      progress.add(line.bytes());
    }
  }

  /** The writers of all fields. */
  private static final class Outputs implements AutoCloseable {
    private final List<IndexedDatasetWriter> writers = new ArrayList<>();

    Outputs(List<Path> prefixes) throws IOException {
      try {
        for (Path prefix : prefixes) {
          writers.add(new IndexedDatasetWriter(prefix, TokenType.INT32));
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    void add(List<EncodedDocument> fields) throws IOException {
      for (int i = 0; i < fields.size(); i++) {
        writers.get(i).addDocument(fields.get(i).tokens(), fields.get(i).sequenceLengths());
      }
    }

    void finish() throws IOException {
      for (IndexedDatasetWriter writer : writers) {
        writer.finish();
      }
    }

    List<Long> tokens() {
      return writers.stream().map(IndexedDatasetWriter::tokens).toList();
    }

    @Override
    public void close() throws IOException {
      for (IndexedDatasetWriter writer : writers) {
        writer.close();
      }
    }
  }

  /** Counts documents and writes a line to the log now and then. */
  private final class Progress {
    private final long start = System.nanoTime();
    private long documents;
    private long characters;

    void add(int lineCharacters) {
      documents++;
      characters += lineCharacters;
      if (documents % options.logInterval() == 0) {
        double seconds = (System.nanoTime() - start) / NANOS;
        LOG.info(
            "Processed {} documents ({} docs/s, {} MB/s).",
            documents,
            Math.round(documents / seconds),
            String.format(Locale.ROOT, "%.2f", characters / seconds / MEGA));
      }
    }
  }
}
