// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import java.util.List;

/**
 * A document in tokens.
 *
 * @param tokens of all sequences, one after the other
 * @param sequenceLengths how many tokens each sequence has
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from a worker to the writer, never kept.
record EncodedDocument(int[] tokens, int[] sequenceLengths) {
  /**
   * One line of the input.
   *
   * @param fields a document for each field
   * @param bytes the length of the line in characters, the measure of progress
   */
  record Line(List<EncodedDocument> fields, int bytes) {}
}
