// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The command line: parses arguments, runs a command, and reports what went wrong. */
final class Loam {
  private static final int HELP_WIDTH = 100;

  private final Streams streams;
  private final CommandLine commandLine;
  private final ErrorReport errors;

  Loam(Streams streams, List<Object> commands) {
    this.streams = streams;
    LoamCommand root = new LoamCommand();
    this.errors = new ErrorReport(streams, root::verbose);
    this.commandLine = new CommandLine(root);
    commands.forEach(commandLine::addSubcommand);
    commandLine
        .setOut(new PrintWriter(streams.out(), true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(streams.err(), true, StandardCharsets.UTF_8))
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setUsageHelpWidth(HELP_WIDTH)
        // Arguments are taken as they are: "@file" is a prompt like any other.
        .setExpandAtFiles(false)
        .setParameterExceptionHandler((e, args) -> errors.report(e))
        .setExecutionExceptionHandler((e, line, parsed) -> errors.report(e));
  }

  /** Runs one command and returns its exit code. */
  int run(String... args) {
    int exitCode;
    try {
      exitCode = commandLine.execute(args);
    } catch (Error e) { // picocli hands on exceptions only
      exitCode = errors.report(e);
    }
    if (streams.out().checkError() && exitCode == ExitCodes.OK) {
      streams.say("loam: standard output was closed before everything was written");
      return ExitCodes.FAILED;
    }
    return exitCode;
  }
}
