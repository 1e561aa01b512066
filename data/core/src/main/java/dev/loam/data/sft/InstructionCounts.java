// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

/**
 * What became of records.
 *
 * @param samples that are in the rows
 * @param cut of these, how many lost their end, being too long
 * @param skipped records of which nothing would be trained
 * @param dropped records too long for a row, which only MindFormers' packing leaves out
 * @param rows that were made
 * @param tokens of all samples
 * @param trained tokens of these
 */
public record InstructionCounts(
    long samples, long cut, long skipped, long dropped, long rows, long tokens, long trained) {
  /** In words, such as {@code 1000 samples, 3 of them cut, in 88 rows}. */
  @Override
  public String toString() {
    return samples
        + " samples"
        + (cut > 0 ? ", " + cut + " of them cut" : "")
        + (skipped > 0 ? ", " + skipped + " skipped" : "")
        + (dropped > 0 ? ", " + dropped + " dropped" : "")
        + (rows != samples ? ", in " + rows + " rows" : "");
  }
}
