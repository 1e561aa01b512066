// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whether someone watches standard error, and who types. */
final class Terminal {
  private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /**
   * Whether standard error is a terminal that can overwrite a line. Only Linux says so; elsewhere
   * it is taken for a file.
   */
  static boolean isStandardError() {
    return !"dumb".equals(System.getenv("TERM"))
        && target(STANDARD_ERROR).filter(Terminal::isTerminal).isPresent();
  }

  /** Standard input, and what is behind it as far as the system says. */
  static Input standardInput(InputStream in) {
    return new Input(in, kind(target(STANDARD_INPUT)));
  }

  static Input.Kind kind(Optional<Path> device) {
    if (device.filter(Terminal::isTerminal).isPresent()) {
      return Input.Kind.TERMINAL;
    }
    boolean isNothing = device.filter(Path.of("/dev/null")::equals).isPresent();
    return isNothing ? Input.Kind.NONE : Input.Kind.LINES;
  }

  private static Optional<Path> target(Path descriptor) {
    try {
      return Files.isSymbolicLink(descriptor)
          ? Optional.of(Files.readSymbolicLink(descriptor))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static boolean isTerminal(Path device) {
    return device.startsWith("/dev/pts") || device.toString().matches("/dev/(tty.*|console)");
  }
}
