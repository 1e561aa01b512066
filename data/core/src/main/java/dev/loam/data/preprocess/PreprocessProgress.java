// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.Locale;

/**
 * How far preprocessing is.
 *
 * @param documents written so far
 * @param contentBytes of their lines or texts
 * @param bytesRead of the input files, compressed or not
 * @param totalBytes of the input files
 * @param seconds since the start
 */
public record PreprocessProgress(
    long documents, long contentBytes, long bytesRead, long totalBytes, double seconds) {
  private static final double MEGA = 1e6;

  /** The line that MindFormers and Megatron-LM write. */
  @Override
  public String toString() {
    double time = Math.max(seconds, 1e-9);
    return String.format(
        Locale.ROOT,
        "Processed %d documents (%d docs/s, %.2f MB/s).",
        documents,
        Math.round(documents / time),
        contentBytes / time / MEGA);
  }
}
