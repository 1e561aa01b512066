// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.PrintStream;

/**
 * Where a command writes.
 *
 * @param out data, for programs
 * @param err messages, for people
 */
record Streams(PrintStream out, PrintStream err) {
  /** Writes a message of one line. */
  void say(String message) {
    err.print(message + "\n");
  }
}
