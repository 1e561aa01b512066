// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether someone watches standard error. */
final class Terminal {
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /**
   * Whether standard error is a terminal that can overwrite a line. Only Linux says so; elsewhere
   * it is taken for a file.
   */
  static boolean isStandardError() {
    if ("dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    try {
      return Files.isSymbolicLink(STANDARD_ERROR)
          && isTerminal(Files.readSymbolicLink(STANDARD_ERROR));
    } catch (IOException e) {
      return false;
    }
  }

  static boolean isTerminal(Path device) {
    return device.startsWith("/dev/pts") || device.toString().matches("/dev/(tty.*|console)");
  }
}
