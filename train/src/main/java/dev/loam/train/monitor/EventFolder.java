// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The event files of one rank. Each start of a run adds one; TensorBoard shows them one after the
 * other, in the order of their names.
 */
final class EventFolder {
  private static final String PREFIX = "events.out.tfevents.";
  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private EventFolder() {}

  /**
   * Makes a folder ready and names its next file.
   *
   * @param step the last step whose events are kept; 0 for a run that starts afresh
   */
  static Path next(Path folder, long step, InstantSource clock) throws IOException {
    List<Path> earlier = files(folder);
    if (step > 0) {
      cutBack(folder, step);
    } else if (!earlier.isEmpty()) {
      Files.move(folder, unused(folder, ".previous-%d"));
    }
    Files.createDirectories(folder);
    // The number has three digits so that names sort in the order of the starts.
    String name =
        PREFIX
            + String.format(Locale.ROOT, "%010d.", clock.millis() / 1000)
            + hostName()
            + "."
            + ProcessHandle.current().pid();
    return unused(folder.resolve(name), ".%03d");
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(path -> path.getFileName().toString().startsWith(PREFIX)).sorted().toList();
    }
  }

  /** Removes the events after a step, and records that were cut off, from all files. */
  static void cutBack(Path folder, long step) throws IOException {
    for (Path file : files(folder)) {
      cutBackFile(file, step);
    }
  }

  private static void cutBackFile(Path file, long step) throws IOException {
    long kept = EventScanner.bytesUntil(file, step);
    if (kept < Files.size(file)) {
      // Not through a channel: an interrupt that ends the run would close it.
      try (RandomAccessFile writable = new RandomAccessFile(file.toFile(), "rw")) {
        writable.setLength(kept);
      }
    }
  }

  /** A name that nothing has. */
  private static Path unused(Path path, String ending) {
    for (int i = 0; ; i++) {
      String name = path.getFileName() + String.format(Locale.ROOT, ending, i);
      Path candidate = path.toAbsolutePath().resolveSibling(name);
      if (!Files.exists(candidate)) {
        return candidate;
      }
    }
  }

  private static String hostName() throws IOException {
    String name = Files.isReadable(HOST_NAME) ? Files.readString(HOST_NAME).strip() : "";
    return name.isEmpty() ? "localhost" : name.replaceAll("[^A-Za-z0-9-]", "-");
  }
}
