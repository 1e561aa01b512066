// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.PrintStream;

/**
 * Where a command writes, and where it reads what is typed.
 *
 * @param out data, for programs
 * @param err messages, for people
 * @param isTerminal whether someone watches the messages as they come
 * @param input what is typed
 */
record Streams(PrintStream out, PrintStream err, boolean isTerminal, Input input) {
  /** Streams that are no terminal, and nothing to read. */
  Streams(PrintStream out, PrintStream err) {
    this(out, err, false);
  }

  /** Streams that may be a terminal, and nothing to read. */
  Streams(PrintStream out, PrintStream err, boolean isTerminal) {
    this(out, err, isTerminal, Input.none());
  }

  /** Writes a message of one line. */
  void say(String message) {
    err.print(message + "\n");
  }
}
