// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

/**
 * A document in tokens.
 *
 * @param tokens of all sequences, one after the other
 * @param sequenceLengths how many tokens each sequence has
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from a worker to the writer, never kept.
record EncodedDocument(int[] tokens, int[] sequenceLengths) {}
