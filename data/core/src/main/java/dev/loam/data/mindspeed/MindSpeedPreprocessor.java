// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.internal.OrderedWorkers;
import dev.loam.data.preprocess.PreprocessListener;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.data.record.DataRecord;
import dev.loam.data.record.RecordFiles;
import dev.loam.data.record.RecordReader;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns instruction data into three aligned indexed datasets, {@code
 * PREFIX_packed_input_ids_document}, {@code ..._attention_mask_document} and {@code
 * ..._labels_document}, as MindSpeed-LLM's {@code preprocess_data.py} does with the template {@code
 * qwen3}: int32, sequence i of each being sample i, labels not shifted and -100 where nothing is
 * learned.
 *
 * <p>Threads are started for a run and are gone when it ends, also when it fails or the calling
 * thread is interrupted ({@link java.util.concurrent.CancellationException}). The outputs do not
 * depend on their number and appear under their names only when all are complete. Packing keeps all
 * rows in memory. A preprocessor can be used again and shared among threads.
 */
public final class MindSpeedPreprocessor {
  private static final int BATCH_ROWS = 64;

  /** About the bytes of a row in memory. */
  private static final int ROW_WEIGHT = 1 << 12;

  private final Tokenizer tokenizer;
  private final MindSpeedOptions options;
  private final PreprocessListener listener;

  /** A preprocessor that reports progress to a listener. */
  public MindSpeedPreprocessor(
      Tokenizer tokenizer, MindSpeedOptions options, PreprocessListener listener) {
    this.tokenizer = tokenizer;
    this.options = options;
    this.listener = listener;
  }

  /**
   * Runs.
   *
   * @param inputs files in any format of {@link dev.loam.data.record.RecordFormat}, all of the same
   * @param outputPrefix to which {@code _packed_input_ids_document} and so on are appended
   * @return what was written; skipped are rows that are no conversation and rows that are too long
   * @throws dev.loam.data.DataFormatException if a row cannot be used, naming the first in the
   *     order of the input, or if no row can
   * @throws IOException if reading or writing fails
   */
  public Preprocessor.Result run(List<Path> inputs, Path outputPrefix) throws IOException {
    InstructionFiles files = InstructionFiles.of(outputPrefix);
    RowEncoder encoder = new RowEncoder(tokenizer, options);
    try (RecordReader reader = open(inputs);
        InstructionWriter writer = new InstructionWriter(files);
        OrderedWorkers<List<RowOutcome>> workers =
            new OrderedWorkers<>("loam-preprocess", options.workers())) {
      RowCollector collector = new RowCollector(writer, options, listener, reader.totalBytes());
      for (List<DataRecord> b = batch(reader); !b.isEmpty(); b = batch(reader)) {
        List<DataRecord> rows = b;
        workers
            .submit(ROW_WEIGHT * rows.size(), () -> encoder.encode(rows))
            .ifPresent(collector::add);
        collector.read(reader.bytesRead());
      }
      Optional<List<RowOutcome>> rest = workers.next();
      while (rest.isPresent()) {
        collector.add(rest.get());
        rest = workers.next();
      }
      return collector.finish(files, inputs);
    }
  }

  private RecordReader open(List<Path> inputs) throws IOException {
    return options.inputFormat().isPresent()
        ? RecordFiles.open(inputs, options.inputFormat().get())
        : RecordFiles.open(inputs);
  }

  private static List<DataRecord> batch(RecordReader reader) throws IOException {
    List<DataRecord> rows = new ArrayList<>(BATCH_ROWS);
    while (rows.size() < BATCH_ROWS) {
      Optional<DataRecord> row = reader.next();
      if (row.isEmpty()) {
        break;
      }
      rows.add(row.get());
    }
    return rows;
  }
}
