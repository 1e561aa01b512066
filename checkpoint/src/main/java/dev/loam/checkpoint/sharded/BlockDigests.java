// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The CRC32C of each block of a file, in order. Immutable. */
final class BlockDigests {
  /** Small enough that the ends of tensors, which share blocks, cost little. */
  private static final int LEAST = 256 * 1024;

  /** About as many digests as a manifest should have. */
  private static final long MOST_BLOCKS = 1 << 16;

  private static final int DIGITS = 8;

  private final int[] digests;

  private BlockDigests(int[] digests) {
    this.digests = digests;
  }

  static BlockDigests of(IntStream digests) {
    return new BlockDigests(digests.toArray());
  }

  /** How many blocks a file has. */
  static long count(long fileBytes, int blockBytes) {
    return fileBytes / blockBytes + (fileBytes % blockBytes == 0 ? 0 : 1);
  }

  int count() {
    return digests.length;
  }

  int get(int block) {
    return digests[block];
  }

  LongStream stream() {
    return IntStream.of(digests).asLongStream();
  }

  /** Eight lower-case digits for each block. */
  String toHex() {
    StringBuilder hex = new StringBuilder(digests.length * DIGITS);
    for (int digest : digests) {
      hex.append(hex(digest));
    }
    return hex.toString();
  }

  /** Eight lower-case digits. */
  static String hex(int digest) {
    return HexFormat.of().toHexDigits(digest);
  }

  /** What {@link #toHex} gives, and nothing else. */
  static Optional<BlockDigests> parse(String hex) {
    if (hex.length() % DIGITS != 0
        || hex.chars().anyMatch(c -> (c < '0' || c > '9') && (c < 'a' || c > 'f'))) {
      return Optional.empty();
    }
    int[] digests = new int[hex.length() / DIGITS];
    for (int i = 0; i < digests.length; i++) {
      digests[i] = HexFormat.fromHexDigits(hex, i * DIGITS, (i + 1) * DIGITS);
    }
    return Optional.of(new BlockDigests(digests));
  }

  /** The size of the blocks of a checkpoint of so many bytes: a power of two. */
  static int blockBytes(long bytes) {
    long block = LEAST;
    while (block < Manifest.MAX_BLOCK && bytes / block > MOST_BLOCKS) {
      block *= 2;
    }
    return (int) block;
  }
}
