// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The memory of this process, as Linux counts it; unknown elsewhere. */
public final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private ResidentMemory() {}

  /** Bytes in memory now. */
  public static OptionalLong now() {
    return read("VmRSS:");
  }

  /** The most bytes that were in memory at once. */
  public static OptionalLong peak() {
    return read("VmHWM:");
  }

  private static OptionalLong read(String key) {
    try {
      if (Files.isReadable(STATUS)) {
        for (String line : Files.readAllLines(STATUS)) {
          if (line.startsWith(key)) {
            return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("[^0-9]", "")));
          }
        }
      }
    } catch (IOException e) {
      return OptionalLong.empty();
    }
    return OptionalLong.empty();
  }
}
