// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.mindspeed.MindSpeedOptions.OnUnusable;
import dev.loam.data.preprocess.PreprocessListener;
import dev.loam.data.preprocess.PreprocessProgress;
import dev.loam.data.preprocess.Preprocessor;
import dev.loam.data.record.RecordPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes rows in the order of the input, writes or packs them, and keeps count. For one thread. */
final class RowCollector {
  private static final int SHOWN_PROBLEMS = 10;
  private static final double NANOS = 1e9;

  private final InstructionWriter writer;
  private final MindSpeedOptions options;
  private final PreprocessListener listener;
  private final Optional<RowPacker> packer;
  private final long totalBytes;
  private final long start = System.nanoTime();
  private final List<String> problems = new ArrayList<>();
  private long rows;
  private long skipped;
  private long bytesRead;

  RowCollector(
      InstructionWriter writer,
      MindSpeedOptions options,
      PreprocessListener listener,
      long totalBytes) {
    this.writer = writer;
    this.options = options;
    this.listener = listener;
    this.totalBytes = totalBytes;
    this.packer =
        options.packing() == Packing.NONE
            ? Optional.empty()
            : Optional.of(
                new RowPacker(
                    options.sequenceLength().orElseThrow(),
                    options.packing() == Packing.NEAT,
                    options.pad()));
  }

  /** Notes how much of the input has been read. */
  void read(long bytes) {
    bytesRead = bytes;
  }

  void add(List<RowOutcome> outcomes) {
    for (RowOutcome outcome : outcomes) {
      if (outcome instanceof RowOutcome.Encoded encoded) {
        add(encoded.place(), encoded.row());
      } else if (outcome instanceof RowOutcome.Refused refused) {
        if (options.onUnusable() == OnUnusable.STOP) {
          throw refused.problem();
        }
        leaveOut(refused.problem());
      }
      rows++;
      if (rows % options.logInterval() == 0) {
        listener.onInterval(progress());
      }
    }
    listener.onBatch(progress());
  }

  private void add(RecordPlace place, EncodedRow row) {
    int limit = options.sequenceLength().orElse(Integer.MAX_VALUE);
    boolean tooLong = row.length() >= limit;
    try {
      if (tooLong && options.packing() != Packing.NEAT) {
        leaveOut(
            place.wrong(
                "%d tokens, which is not below the sequence length of %d; raise --seq-length"
                    .formatted(row.length(), limit)));
        if (packer.isEmpty()) {
          writer.addNothing(); // as upstream
        }
      } else if (packer.isPresent()) {
        packer.get().add(tooLong ? row.first(limit - 1) : row);
      } else {
        writer.add(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void leaveOut(DataFormatException problem) {
    skipped++;
    if (problems.size() < SHOWN_PROBLEMS) {
      problems.add(String.valueOf(problem.getMessage()));
    }
  }

  /** Completes the datasets. */
  Preprocessor.Result finish(InstructionFiles files, List<Path> inputs) throws IOException {
    if (packer.isPresent()) {
      packer.get().writeTo(writer);
    }
    if (writer.tokens().get(0) == 0) {
      throw new DataFormatException(
          problems.isEmpty()
              ? inputs + ": no rows; a row is an object with instruction and output"
              : "no row can be used, the first because of " + problems.get(0));
    }
    writer.finish();
    return new Preprocessor.Result(
        files.all(), writer.documents(), writer.tokens(), skipped, problems);
  }

  private PreprocessProgress progress() {
    double seconds = (System.nanoTime() - start) / NANOS;
    return new PreprocessProgress(rows, bytesRead, bytesRead, totalBytes, seconds);
  }
}
