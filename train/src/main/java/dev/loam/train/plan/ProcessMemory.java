// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.plan;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Memory of this process and its machine. What Linux counts is empty on other systems. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ProcessMemory() {}

  /** Bytes that are resident. */
  public static OptionalLong resident() {
    return status("VmRSS:");
  }

  /** The most bytes that were resident at once. */
  public static OptionalLong peak() {
    return status("VmHWM:");
  }

  /** All memory of the machine, or of the container that this process runs in. */
  public static long limit() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static OptionalLong status(String key) {
    try {
      if (Files.isReadable(STATUS)) {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith(key)) {
            return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
          }
        }
      }
      return OptionalLong.empty();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
