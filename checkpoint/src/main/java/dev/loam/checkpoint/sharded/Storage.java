// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file operations of saving, sweeping and deleting, every one of which may fail: the seam at
 * which faults can be tried. May be used by several threads at once.
 */
public interface Storage {
  /** A new file that is being written. */
  interface Output extends Closeable {
    /** Appends all that remains of a buffer. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns when all that was written is on the disk. */
    void flush() throws IOException;
  }

  /** The disk. */
  static Storage disk() {
    return new DiskStorage();
  }

  /** Makes a folder, and those above it, where there is none. */
  void createFolder(Path folder) throws IOException;

  /** Makes a file that must not exist. */
  Output create(Path file) throws IOException;

  /** Renames a file, replacing one of the new name, or a folder; at once or not at all. */
  void rename(Path from, Path to) throws IOException;

  /** Returns when the names in a folder are on the disk. */
  void sync(Path folder) throws IOException;

  /** Deletes a file or an empty folder. */
  void delete(Path fileOrEmptyFolder) throws IOException;

  /** What is in a folder. */
  List<Path> list(Path folder) throws IOException;

  /** The bytes that the disk of a folder can still take. */
  long freeBytes(Path folder) throws IOException;
}
