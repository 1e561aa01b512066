// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.util.stream.IntStream;

/**
 * What a file of a checkpoint must be like.
 *
 * @param bytes its size
 * @param blocks the digests of its blocks
 */
record FileDigests(long bytes, BlockDigests blocks) {
  /** Of a file that is not there, or empty. */
  static final FileDigests NONE = new FileDigests(0, BlockDigests.of(IntStream.empty()));
}
