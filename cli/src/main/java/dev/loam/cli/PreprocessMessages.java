// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.preprocess.PreprocessListener;
import dev.loam.data.preprocess.PreprocessProgress;
import dev.loam.data.preprocess.Preprocessor;

/** Shows how far preprocessing is: a bar, or without a terminal a line now and then. */
final class PreprocessMessages implements PreprocessListener, AutoCloseable {
  private final Streams streams;
  private final ProgressBar bar;

  PreprocessMessages(Streams streams) {
    this.streams = streams;
    this.bar = new ProgressBar(streams, "preprocessing", ProgressBar.Unit.BYTES);
  }

  @Override
  public void onBatch(PreprocessProgress progress) {
    bar.update(
        progress.bytesRead(),
        progress.totalBytes(),
        "%.0f documents/s".formatted(progress.documents() / progress.seconds()));
  }

  /** As upstream. */
  @Override
  public void onInterval(PreprocessProgress progress) {
    if (!streams.isTerminal()) {
      streams.say(progress.toString());
    }
  }

  /** Says what was written, and what was left out. */
  void finished(Preprocessor.Result result) {
    bar.close();
    for (int i = 0; i < result.prefixes().size(); i++) {
      streams.say(
          "%d documents, %d tokens written to %s.bin and .idx"
              .formatted(result.documents(), result.tokens().get(i), result.prefixes().get(i)));
    }
    if (result.skipped() > 0) {
      streams.say(
          "%d documents could not be used and were left out%s:"
              .formatted(
                  result.skipped(),
                  result.skipped() > result.problems().size()
                      ? ", the first " + result.problems().size() + " of them"
                      : ""));
      result.problems().forEach(problem -> streams.say("  " + problem));
    }
  }

  @Override
  public void close() {
    bar.close();
  }
}
