// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import dev.loam.data.DataFormatException;
import dev.loam.data.preprocess.EncodedBatch.Encoded;
import dev.loam.data.preprocess.EncodedBatch.Outcome;
import dev.loam.data.preprocess.EncodedBatch.Refused;
import dev.loam.data.record.RecordPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes what the workers made, in the order of the input, and keeps count. For one thread. */
final class ResultWriter {
  private static final int SHOWN_PROBLEMS = 10;
  private static final double NANOS = 1e9;

  private final Outputs outputs;
  private final PreprocessOptions options;
  private final PreprocessListener listener;
  private final long start = System.nanoTime();
  private final long totalBytes;
  private final List<String> problems = new ArrayList<>();
  private long contentBytes;
  private long finishedBytes;
  private long currentBytes;
  private long linesBefore;
  private long skipped;

  ResultWriter(
      Outputs outputs, PreprocessOptions options, PreprocessListener listener, List<Path> inputs)
      throws IOException {
    this.outputs = outputs;
    this.options = options;
    this.listener = listener;
    long total = 0;
    for (Path input : inputs) {
      total += Files.size(input);
    }
    this.totalBytes = total;
  }

  /** Notes how much of the file at hand has been read. */
  void read(long bytes) {
    currentBytes = bytes;
  }

  /** Notes that a file has been read. */
  void finishedFile(long size) {
    finishedBytes += size;
    currentBytes = 0;
  }

  void write(Optional<EncodedBatch> encoded) throws IOException {
    if (encoded.isEmpty()) {
      return;
    }
    EncodedBatch batch = encoded.get();
    linesBefore = batch.startsFile() ? 0 : linesBefore;
    for (Outcome outcome : batch.outcomes()) {
      if (outcome instanceof Encoded document) {
        outputs.add(document.fields());
        contentBytes += document.bytes();
        if (outputs.documents() % options.logInterval() == 0) {
          listener.onInterval(progress());
        }
      } else if (outcome instanceof Refused refused) {
        refuse(batch.file(), refused);
      }
    }
    linesBefore += batch.lines();
    listener.onBatch(progress());
  }

  private void refuse(Path file, Refused refused) {
    DataFormatException problem =
        refused.line() == 0
            ? new DataFormatException(refused.problem())
            : RecordPlace.line(file, linesBefore + refused.line()).wrong(refused.problem());
    if (options.onError() == PreprocessOptions.OnError.STOP) {
      throw problem;
    }
    skipped++;
    if (problems.size() < SHOWN_PROBLEMS) {
      problems.add(String.valueOf(problem.getMessage()));
    }
  }

  private PreprocessProgress progress() {
    double seconds = (System.nanoTime() - start) / NANOS;
    return new PreprocessProgress(
        outputs.documents(), contentBytes, finishedBytes + currentBytes, totalBytes, seconds);
  }

  Preprocessor.Result result(List<Path> prefixes) {
    return new Preprocessor.Result(
        prefixes, outputs.documents(), outputs.tokens(), skipped, problems);
  }
}
