// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.data.Sample;
import dev.loam.data.SampleSource;
import java.util.Locale;

/**
 * Sums over samples.
 *
 * @param samples how many
 * @param tokens of all samples
 * @param trained positions that count in the loss
 * @param padding positions at the ends of samples after the last that counts, but for the very last
 *     of a sample, which may have nothing to predict
 * @param segments pieces that attend to themselves only
 */
record SampleTotals(long samples, long tokens, long trained, long padding, long segments) {
  /** Sums over all samples of a source. */
  static SampleTotals of(SampleSource source) {
    long tokens = 0;
    long trained = 0;
    long padding = 0;
    long segments = 0;
    for (long i = 0; i < source.size(); i++) {
      Sample sample = source.get(i);
      tokens += sample.length();
      trained += sample.trainedTokens();
      padding += padding(sample);
      segments += sample.cuSeqlens().length - 1;
    }
    return new SampleTotals(source.size(), tokens, trained, padding, segments);
  }

  private static int padding(Sample sample) {
    int end = sample.length();
    while (end > 0 && !sample.lossMask()[end - 1]) {
      end--;
    }
    return Math.max(0, sample.length() - end - 1);
  }

  /** One line. */
  String line() {
    return String.format(
        Locale.ROOT,
        "all: %d samples, %d tokens, %.2f%% trained, %.2f%% padding, %d segments",
        samples,
        tokens,
        share(trained),
        share(padding),
        segments);
  }

  private double share(long part) {
    return tokens == 0 ? 0 : 100.0 * part / tokens;
  }
}
