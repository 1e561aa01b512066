// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes a folder under a name of its own beside its final place and renames it when it is
 * complete, so that a failure leaves nothing behind.
 */
public final class NewFolder {
  private NewFolder() {}

  /** Whether nothing stands in the way of a folder: it is absent or empty. */
  public static boolean isFree(Path folder) {
    return !Files.exists(folder) || (Files.isDirectory(folder) && Folders.list(folder).isEmpty());
  }

  /**
   * Writes a folder.
   *
   * @param folder absent or empty
   * @param contents writes what is to be in it into the folder that it is given
   * @throws CheckpointException if the folder is in use or cannot be written
   */
  public static void write(Path folder, Consumer<Path> contents) {
    if (!isFree(folder)) {
      throw new CheckpointException(
          folder + ": already exists and is not an empty folder; name another or delete it");
    }
    Path target = folder.toAbsolutePath().normalize();
    Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(temporary);
      contents.accept(temporary);
      Files.deleteIfExists(target);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be written: " + e, e);
    } finally {
      deleteIfLeft(temporary);
    }
  }

  private static void deleteIfLeft(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + ": left over and cannot be deleted: " + e, e);
    }
  }
}
