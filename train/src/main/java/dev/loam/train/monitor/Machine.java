// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.monitor;

import dev.loam.train.machine.ProcessMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What this process runs on. */
final class Machine {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");
  private static final double GIB = 1L << 30;

  private Machine() {}

  /** Names and values, for people. */
  static Map<String, String> describe() {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("Loam", version());
    rows.put("Java", property("java.runtime.version") + ", " + property("java.vm.name"));
    rows.put(
        "operating system",
        property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
    int processors = Runtime.getRuntime().availableProcessors();
    rows.put("processors", processors + processorName().map(name -> " of " + name).orElse(""));
    ProcessMemory.peak()
        .ifPresent(
            bytes -> rows.put("peak memory", String.format(Locale.ROOT, "%.2f GiB", bytes / GIB)));
    return rows;
  }

  private static String version() {
    String version = Machine.class.getPackage().getImplementationVersion();
    return version == null ? "not packaged" : version;
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }

  private static Optional<String> processorName() {
    try {
      List<String> lines =
          Files.isReadable(PROCESSORS) ? Files.readAllLines(PROCESSORS) : List.of();
      return lines.stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
