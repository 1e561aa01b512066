// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out data, for programs
 * @param err messages, for people
 * @param isTerminal whether someone watches the messages as they come
 */
record Streams(PrintStream out, PrintStream err, boolean isTerminal) {
  /** Streams that are no terminal. */
  Streams(PrintStream out, PrintStream err) {
    this(out, err, false);
  }

  /** Writes a message of one line. */
  void say(String message) {
    err.print(message + "\n");
  }
}
