// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.ByteSink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Writes a new file and takes the digests of its blocks on the way. */
final class DigestOutput implements ByteSink, Closeable {
  private final Storage.Output output;
  private final Path file;
  private final int blockBytes;
  private final IntStream.Builder digests = IntStream.builder();
  private final CRC32C crc = new CRC32C();
  private long bytes;
  private boolean isOpen = true;

  private DigestOutput(Storage.Output output, Path file, int blockBytes) {
    this.output = output;
    this.file = file;
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
    try (DigestOutput output = start(storage, file, blockBytes, contents)) {
      return output.finish();
    }
  }

  /** Writes a new file, of which {@link #finish} makes sure that it is on the disk. */
  static DigestOutput start(Storage storage, Path file, int blockBytes, Contents contents)
      throws IOException {
    DigestOutput output = new DigestOutput(storage.create(file), file, blockBytes);
    try {
      contents.writeTo(output);
      return output;
    } catch (IOException e) {
      output.abandon(e);
      throw output.failed(e);
    } catch (RuntimeException | Error e) {
      output.abandon(e);
      throw e;
    }
  }

  private void abandon(Throwable cause) {
    try {
      close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Flushes and closes the file. */
  FileDigests finish() throws IOException {
    try {
      output.flush();
    } catch (IOException e) {
      throw failed(e);
    }
    close();
    return end();
  }

  private IOException failed(IOException e) {
    return new IOException(file + " at byte " + bytes + ": " + e.getMessage(), e);
  }

  /** Once. */
  @Override
  public void close() throws IOException {
    if (isOpen) {
      isOpen = false;
      output.close();
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
