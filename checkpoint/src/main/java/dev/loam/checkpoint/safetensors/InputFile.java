// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The bytes of an open file, read by position. */
public interface InputFile extends AutoCloseable {
  /**
   * Opens a file on the disk, which several threads may read at once.
   *
   * @throws SafetensorsException if there is no such file or it is not a regular one
   * @throws CheckpointException if it cannot be opened
   */
  static InputFile open(Path path) {
    return DiskFile.open(path);
  }

  /** Where the file is, for messages. */
  Path path();

  /** The size in bytes. */
  long size();

  /**
   * Fills the rest of a buffer.
   *
   * @param position of the first byte in the file
   * @throws CheckpointException if the bytes cannot be read or are not what was written
   */
  void read(ByteBuffer destination, long position);

  @Override
  void close();
}
