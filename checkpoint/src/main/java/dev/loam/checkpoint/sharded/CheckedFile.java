// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.InputFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;

/**
 * A file of which nothing is handed out unless the digest of its block is right. Blocks that lie
 * within the destination are read straight into it, many of them by several threads; others go
 * through the cache.
 */
final class CheckedFile implements InputFile {
  /** Fewer bytes are not worth a second thread. */
  private static final int MANY = 2 * 1024 * 1024;

  private final InputFile file;
  private final FileDigests expected;
  private final int blockBytes;
  private final BlockCache cache;
  private final ReadingThreads threads;

  /** Takes over a file whose size is right. */
  CheckedFile(
      InputFile file,
      FileDigests expected,
      int blockBytes,
      BlockCache cache,
      ReadingThreads threads) {
    this.file = file;
    this.expected = expected;
    this.blockBytes = blockBytes;
    this.cache = cache;
    this.threads = threads;
  }

  @Override
  public Path path() {
    return file.path();
  }

  @Override
  public long size() {
    return expected.bytes();
  }

  /** The bytes of a block. */
  int length(long block) {
    return (int) Math.min(blockBytes, size() - block * blockBytes);
  }

  @Override
  public void read(ByteBuffer destination, long position) {
    long at = position;
    while (destination.hasRemaining()) {
      long block = at / blockBytes;
      int skipped = (int) (at % blockBytes);
      int length = length(block);
      int n = Math.min(length - skipped, destination.remaining());
      if (n == length) {
        n = readWhole(block, destination);
      } else {
        ByteBuffer whole = cache.get(this, block);
        destination.put(destination.position(), whole, skipped, n);
      }
      destination.position(destination.position() + n);
      at += n;
    }
  }

  /** Reads all blocks that lie within the destination, and gives their bytes. */
  private int readWhole(long first, ByteBuffer destination) {
    long left = Math.min(destination.remaining(), size() - first * blockBytes);
    boolean toTheEnd = first * blockBytes + left == size();
    long blocks = toTheEnd ? (left + blockBytes - 1) / blockBytes : left / blockBytes;
    int start = destination.position();
    LongConsumer read =
        i -> {
          int at = start + (int) (i * blockBytes);
          readBlock(first + i, destination.slice(at, length(first + i)));
        };
    if (left < MANY) {
      LongStream.range(0, blocks).forEach(read);
    } else {
      threads.each(blocks, read);
    }
    return (int) Math.min(left, blocks * blockBytes);
  }

  /** Reads every block. */
  void verify() {
    for (long block = 0; block < expected.blocks().count(); block++) {
      cache.get(this, block);
    }
  }

  /** Fills a buffer, of the right length, with a block whose digest is right. */
  void readBlock(long block, ByteBuffer destination) {
    ByteBuffer bytes = destination.duplicate();
    file.read(destination, block * blockBytes);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int wanted = expected.blocks().get((int) block);
    if ((int) crc.getValue() != wanted) {
      long begin = block * blockBytes;
      throw Damage.at(
          path(),
          "is damaged between byte "
              + begin
              + " and "
              + (begin + length(block))
              + ": the CRC32C is "
              + BlockDigests.hex((int) crc.getValue())
              + ", the manifest says "
              + BlockDigests.hex(wanted));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
