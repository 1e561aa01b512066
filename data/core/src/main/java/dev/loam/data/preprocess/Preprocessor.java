// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.TokenType;
import dev.loam.data.internal.OrderedWorkers;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns corpora into indexed datasets, {@code PREFIX_KEY_document.bin} and {@code .idx} for each
 * field, as {@code preprocess_indexed_dataset.py} of MindFormers and {@code preprocess_data.py} of
 * Megatron-LM do: a line or record is a document, in the order of the input, its field a text or a
 * list of texts, and a text a sequence. Added tokens in the text are recognised.
 *
 * <p>Threads are started for a run and are gone when it ends, also when it fails or the calling
 * thread is interrupted ({@link java.util.concurrent.CancellationException}). The outputs appear
 * under their names only when all of them are complete, and do not depend on the number of threads.
 * A preprocessor can be used again and shared among threads.
 */
public final class Preprocessor {
  private static final Logger LOG = LoggerFactory.getLogger(Preprocessor.class);
  private static final int SMALL_VOCABULARY = 65_500;
  private static final int UINT16_IDS = 1 << 16;

  private final Tokenizer tokenizer;
  private final PreprocessOptions options;
  private final PreprocessListener listener;

  /** A preprocessor that writes progress to the log. */
  public Preprocessor(Tokenizer tokenizer, PreprocessOptions options) {
    this(
        tokenizer,
        options,
        new PreprocessListener() {
          @Override
          public void onInterval(PreprocessProgress progress) {
            LOG.info("{}", progress);
          }
        });
  }

  /** A preprocessor that reports progress to a listener. */
  public Preprocessor(Tokenizer tokenizer, PreprocessOptions options, PreprocessListener listener) {
    this.tokenizer = tokenizer;
    this.options = options;
    this.listener = listener;
  }

  /**
   * What a run wrote.
   *
   * @param prefixes of the datasets, one for each field
   * @param documents that were written
   * @param tokens in each dataset
   * @param skipped documents that could not be used and were left out
   * @param problems what was wrong with the first few of them
   */
  public record Result(
      List<Path> prefixes, long documents, List<Long> tokens, long skipped, List<String> problems) {
    /** Copies the lists. */
    public Result {
      prefixes = List.copyOf(prefixes);
      tokens = List.copyOf(tokens);
      problems = List.copyOf(problems);
    }
  }

  /** As {@link #run(List, Path)} for one file. */
  public Result run(Path input, Path outputPrefix) throws IOException {
    return run(List.of(input), outputPrefix);
  }

  /**
   * Runs.
   *
   * @param inputs files in any format of {@link dev.loam.data.record.RecordFormat}, read in this
   *     order; JSON lines where the name says nothing
   * @param outputPrefix to which {@code _KEY_document} is appended
   * @throws DataFormatException if a document cannot be used, naming the first in the order of the
   *     input, or none of a file can
   * @throws IOException if reading or writing fails
   */
  public Result run(List<Path> inputs, Path outputPrefix) throws IOException {
    List<Path> prefixes = new ArrayList<>();
    for (String key : options.jsonKeys()) {
      prefixes.add(
          outputPrefix.resolveSibling(outputPrefix.getFileName() + "_" + key + "_document"));
    }
    DocumentEncoder encoder = new DocumentEncoder(tokenizer, options);
    boolean stop = options.onError() == PreprocessOptions.OnError.STOP;
    try (Outputs outputs =
            new Outputs(prefixes, tokenType(), options.documentOrder().partitions());
        OrderedWorkers<EncodedBatch> workers =
            new OrderedWorkers<>("loam-preprocess", options.workers())) {
      ResultWriter writer = new ResultWriter(outputs, options, listener, inputs);
      for (Path input : inputs) {
        try (BatchSource source = BatchSource.open(input, options)) {
          for (Optional<Batch> b = source.next(); b.isPresent(); b = source.next()) {
            Batch batch = b.get();
            writer.write(workers.submit(batch.weight(), () -> batch.encode(encoder, stop)));
            writer.read(source.bytesRead());
          }
          writer.finishedFile(source.size());
        }
      }
      for (Optional<EncodedBatch> rest = workers.next(); rest.isPresent(); rest = workers.next()) {
        writer.write(rest);
      }
      outputs.finish();
      return writer.result(prefixes);
    }
  }

  private TokenType tokenType() {
    int ids = tokenizer.vocabSize();
    return switch (options.storage()) {
      case INT32 -> TokenType.INT32;
      case AUTO -> ids < SMALL_VOCABULARY ? TokenType.UINT16 : TokenType.INT32;
      case UINT16 -> {
        if (ids > UINT16_IDS) {
          throw new DataFormatException(
              "dtype uint16 holds ids up to 65535, the vocabulary has %d; use int32 or auto"
                  .formatted(ids));
        }
        yield TokenType.UINT16;
      }
    };
  }
}
