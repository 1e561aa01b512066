// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file on the disk; several threads may read at once. Not memory-mapped: a file that another
 * process cuts short then gives an error, not a crash of the virtual machine.
 */
final class DiskFile implements InputFile {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  private DiskFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  static InputFile open(Path path) {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new SafetensorsException(path, "is not a regular file", "name a *.safetensors file");
    }
    try {
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new DiskFile(path, channel, channel.size());
    } catch (NoSuchFileException e) {
      throw new SafetensorsException(path, "does not exist", "check the path", e);
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be opened: " + e, e);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  /** The size when the file was opened. */
  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(ByteBuffer destination, long position) {
    long at = position;
    try {
      while (destination.hasRemaining()) {
        int n = channel.read(destination, at);
        if (n < 0) {
          throw new SafetensorsException(
              path,
              "was cut short while it was read: expected " + size + " bytes, now " + channel.size(),
              "copy it again and keep other programs from writing to it");
        }
        at += n;
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be read at byte " + at + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be closed: " + e, e);
    }
  }
}
