// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.machine;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Memory of this process and its machine. What Linux counts is empty on other systems. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");
  private static final Path STAT = Path.of("/proc/self/stat");
  private static final int MINOR_FAULTS = 7;

  private ProcessMemory() {}

  /** Bytes that are resident. */
  public static OptionalLong resident() {
    return status("VmRSS:");
  }

  /** The most bytes that were resident at once, since the start or {@link #resetPeak}. */
  public static OptionalLong peak() {
    return status("VmHWM:");
  }

  /** Likewise, in GiB. */
  public static OptionalDouble peakGib() {
    OptionalLong bytes = peak();
    return bytes.isPresent()
        ? OptionalDouble.of((double) bytes.getAsLong() / (1L << 30))
        : OptionalDouble.empty();
  }

  /** Forgets the peak so far; false where that cannot be done. */
  public static boolean resetPeak() {
    try {
      Files.writeString(CLEAR, "5");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Page faults so far that needed no disk. */
  public static OptionalLong minorFaults() {
    List<String> lines = lines(STAT);
    if (lines.isEmpty()) {
      return OptionalLong.empty();
    }
    // The second field, the command, may hold blanks; it ends with the last parenthesis.
    String[] fields = lines.get(0).substring(lines.get(0).lastIndexOf(')') + 2).split(" ", -1);
    return OptionalLong.of(Long.parseLong(fields[MINOR_FAULTS]));
  }

  /** All memory of the machine, or of the container that this process runs in. */
  public static long limit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static OptionalLong status(String key) {
    for (String line : lines(STATUS)) {
      if (line.startsWith(key)) {
        return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
      }
    }
    return OptionalLong.empty();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }
}
