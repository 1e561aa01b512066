// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

/**
 * The order of the documents in a dataset. MindFormers and Megatron-LM can split the input into
 * partitions, which they tokenize apart and join again; the order that comes of it is all that is
 * left of them here.
 *
 * @param partitions 1 for the order of the input; else documents 0, n, 2n, ..., then 1, n + 1, ...
 */
public record DocumentOrder(int partitions) {
  /** Checks the number. */
  public DocumentOrder {
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions is " + partitions + ", must be at least 1");
    }
  }

  /** That of the input, which partitions of consecutive documents keep. */
  public static DocumentOrder ofInput() {
    return new DocumentOrder(1);
  }

  /** The order that comes of dealing the documents out to partitions, one by one. */
  public static DocumentOrder dealtTo(int partitions) {
    return new DocumentOrder(partitions);
  }
}
