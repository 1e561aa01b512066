// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.tokenizer.training.BpeTrainingListener;

/** Shows how far the training of a tokenizer is: a bar, or without a terminal a line per phase. */
final class TokenizerProgress implements BpeTrainingListener, AutoCloseable {
  private final Streams streams;
  private ProgressBar bar;

  TokenizerProgress(Streams streams) {
    this.streams = streams;
    this.bar = new ProgressBar(streams, "counting words", ProgressBar.Unit.BYTES);
  }

  @Override
  public void counting(long doneBytes, long totalBytes) {
    bar.update(doneBytes, totalBytes);
  }

  @Override
  public void counted(long words) {
    bar.close();
    streams.say(words + " distinct words");
    bar = new ProgressBar(streams, "merging pairs ", ProgressBar.Unit.TOKENS);
  }

  @Override
  public void merging(int doneTokens, int wantedTokens) {
    bar.update(doneTokens, wantedTokens);
  }

  @Override
  public void close() {
    bar.close();
  }
}
