// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.ByteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Writes a new file and takes the digests of its blocks on the way. */
final class DigestOutput implements ByteSink {
  private final Storage.Output output;
  private final int blockBytes;
  private final IntStream.Builder digests = IntStream.builder();
  private final CRC32C crc = new CRC32C();
  private long bytes;

  private DigestOutput(Storage.Output output, int blockBytes) {
    this.output = output;
    this.blockBytes = blockBytes;
  }

  /** What writes a file into a sink. */
  @FunctionalInterface
  interface Contents {
    void writeTo(ByteSink sink) throws IOException;
  }

  /** Writes a new file and flushes it. */
  static FileDigests write(Storage storage, Path file, int blockBytes, Contents contents)
      throws IOException {
    try (Storage.Output output = storage.create(file)) {
      DigestOutput digesting = new DigestOutput(output, blockBytes);
      try {
        contents.writeTo(digesting);
        output.flush();
      } catch (IOException e) {
        throw new IOException(file + " at byte " + digesting.bytes + ": " + e.getMessage(), e);
      }
      return digesting.end();
    }
  }

  @Override
  public void write(ByteBuffer part) throws IOException {
    ByteBuffer rest = part.duplicate();
    while (rest.hasRemaining()) {
      int room = blockBytes - (int) (bytes % blockBytes);
      int n = Math.min(room, rest.remaining());
      crc.update(rest.slice(rest.position(), n));
      rest.position(rest.position() + n);
      bytes += n;
      if (n == room) {
        endBlock();
      }
    }
    output.write(part);
  }

  private void endBlock() {
    digests.add((int) crc.getValue());
    crc.reset();
  }

  private FileDigests end() {
    if (bytes % blockBytes != 0) {
      endBlock();
    }
    return new FileDigests(bytes, BlockDigests.of(digests.build()));
  }
}
