// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What Linux counts about this process; empty elsewhere. */
final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final Path STAT = Path.of("/proc/self/stat");

  private ProcessMemory() {}

  /** The most memory that was resident at once, in GiB. */
  static OptionalDouble peakGib() {
    OptionalLong bytes = peakBytes();
    return bytes.isPresent()
        ? OptionalDouble.of(bytes.getAsLong() / (1024.0 * 1024.0 * 1024.0))
        : OptionalDouble.empty();
  }

  /** The most memory that was resident at once, since the start or {@link #resetPeak}. */
  static OptionalLong peakBytes() {
    return statusBytes("VmHWM:");
  }

  /** The memory that is resident. */
  static OptionalLong residentBytes() {
    return statusBytes("VmRSS:");
  }

  private static OptionalLong statusBytes(String key) {
    for (String line : lines(STATUS)) {
      if (line.startsWith(key)) {
        return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
      }
    }
    return OptionalLong.empty();
  }

  /** Forgets the peak so far; false where that cannot be done. */
  static boolean resetPeak() {
    try {
      Files.writeString(CLEAR, "5");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Page faults so far that needed no disk. */
  static OptionalLong minorFaults() {
    List<String> lines = lines(STAT);
    if (lines.isEmpty()) {
      return OptionalLong.empty();
    }
    // The second field, the command, may hold blanks; it ends with the last parenthesis.
    String[] fields = lines.get(0).substring(lines.get(0).lastIndexOf(')') + 2).split(" ", -1);
    return OptionalLong.of(Long.parseLong(fields[7]));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
