// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

/** Some documents that a worker encodes at once. */
interface Batch {
  /** About as many bytes as it takes in memory. */
  int weight();

  /** Encodes the documents. */
  EncodedBatch encode(DocumentEncoder encoder, boolean stopAtError);
}
