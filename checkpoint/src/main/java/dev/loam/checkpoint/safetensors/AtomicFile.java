// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file beside its final place and renames it there once all is on the disk, so that nobody
 * ever sees half of it. A failure leaves an older file of that name as it was.
 */
public final class AtomicFile {
  /** What a file is to hold. */
  @FunctionalInterface
  public interface Contents {
    /** Writes it to a new, empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file, replacing one of the same name.
   *
   * @param bytes how much will be written, which the disk must have free
   * @throws CheckpointException if the disk is too full or writing fails
   */
  public static void write(Path file, long bytes, Contents contents) {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    requireSpace(file, target.resolveSibling("."), bytes);
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        contents.writeTo(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(target);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e, e);
    } finally {
      deleteIfLeft(temporary);
    }
  }

  /** Writes the rest of a buffer at the channel's position. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Fails early where the disk of a folder cannot take so many bytes. */
  static void requireSpace(Path file, Path folder, long bytes) {
    long free;
    try {
      free = Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e, e);
    }
    if (bytes > free) {
      throw new CheckpointException(
          file
              + ": needs "
              + bytes
              + " bytes, its disk has "
              + free
              + " free; free some space or write elsewhere");
    }
  }

  /** Makes the rename itself durable; not every operating system lets a folder be opened. */
  @SuppressWarnings("EmptyCatch")
  private static void syncFolder(Path file) {
    try (FileChannel folder = FileChannel.open(file.resolveSibling("."), StandardOpenOption.READ)) {
      folder.force(true);
    } catch (IOException e) {
      // The file itself is complete and flushed.
    }
  }

  private static void deleteIfLeft(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new CheckpointException(temporary + ": left over and cannot be deleted: " + e, e);
    }
  }
}
