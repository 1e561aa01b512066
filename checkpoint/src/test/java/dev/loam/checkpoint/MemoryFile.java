// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import dev.loam.checkpoint.safetensors.InputFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file that is never on a disk, for tests that need very many. */
public record MemoryFile(Path path, ByteBuffer bytes) implements InputFile {
  /** With these bytes. */
  public MemoryFile(Path path, byte[] bytes) {
    this(path, ByteBuffer.wrap(bytes));
  }

  @Override
  public long size() {
    return bytes.capacity();
  }

  @Override
  public void read(ByteBuffer destination, long position) {
    int n = destination.remaining();
    destination.put(bytes.slice((int) position, n));
  }

  @Override
  public void close() {}
}
