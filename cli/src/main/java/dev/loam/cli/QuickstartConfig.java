// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Configurations that the quickstart leaves to be changed. */
final class QuickstartConfig {
  private QuickstartConfig() {}

  /**
   * Writes one.
   *
   * @param name of the template beside this class
   * @param paths what stands for {@code {KEY}} in it
   * @return the file
   */
  static Path write(Path file, String name, Map<String, Path> paths) throws IOException {
    String text;
    try (var in = QuickstartConfig.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the archive");
      }
      text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Map.Entry<String, Path> path : paths.entrySet()) {
      text = text.replace("{" + path.getKey() + "}", path.getValue().toString());
    }
    return Files.writeString(file, text);
  }
}
