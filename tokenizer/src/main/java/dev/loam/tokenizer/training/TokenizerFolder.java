// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.UUID;

/**
 * Writes files into a folder beside their place and moves them there when all are on the device: a
 * new folder as a whole, into an old one each by itself.
 */
final class TokenizerFolder {
  private TokenizerFolder() {}

  /** Writes the files, the last of which is moved last. */
  static void write(Path folder, Map<String, byte[]> files) {
    Path target = folder.toAbsolutePath().normalize();
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      if (Files.isDirectory(target)) {
        temporary = target.resolve(temporary.getFileName());
      }
      Files.createDirectories(temporary);
      try {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
          writeDurably(temporary.resolve(file.getKey()), file.getValue());
        }
        if (Files.isDirectory(target)) {
          for (String name : files.keySet()) {
            Files.move(
                temporary.resolve(name), target.resolve(name), StandardCopyOption.ATOMIC_MOVE);
          }
        } else {
          Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
      } finally {
        removeIfLeft(temporary, files);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": the tokenizer cannot be written", e);
    }
  }

  private static void writeDurably(Path file, byte[] content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  private static void removeIfLeft(Path temporary, Map<String, byte[]> files) throws IOException {
    if (Files.exists(temporary)) {
      for (String name : files.keySet()) {
        Files.deleteIfExists(temporary.resolve(name));
      }
      Files.delete(temporary);
    }
  }
}
