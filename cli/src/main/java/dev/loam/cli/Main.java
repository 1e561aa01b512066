// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/** The {@code loam} command. Everything but the end of the process can be run in one's own. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    // The streams of System write in the locale's encoding; data is UTF-8 everywhere.
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, UTF_8);
    PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8);
    Input input = Terminal.standardInput(System.in);
    System.exit(run(args, new Streams(out, err, Terminal.isStandardError(), input)));
  }

  /**
   * Runs a command and returns.
   *
   * @param out receives data
   * @param err receives messages to people
   * @return the exit code: 0 ok, 1 failed, 2 bad usage or configuration, 3 checkpoint unusable, 130
   *     or 143 interrupted after a clean save
   */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, new Streams(out, err));
  }

  private static int run(String[] args, Streams streams) {
    return new Loam(streams, Commands.all(streams)).run(args);
  }
}
