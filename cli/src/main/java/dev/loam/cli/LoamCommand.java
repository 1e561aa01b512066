// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What stands before the name of a command, and the options that all commands have. */
@Command(
    name = "loam",
    description = "Pre-trains and fine-tunes Qwen3 language models.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = LoamCommand.Version.class,
    footer = {
      "",
      "Exit codes: 0 ok, 1 run failed, 2 bad usage or configuration, 3 checkpoint unusable,",
      "130 or 143 interrupted after a clean save."
    })
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class LoamCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows what can be asked for.")
  private boolean unusedHelp; // picocli acts on it

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Shows the version.")
  private boolean unusedVersion; // likewise

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Adds the stack trace to an error message.")
  private boolean verbose;

  boolean verbose() {
    return verbose;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given; there are " + String.join(", ", spec.subcommands().keySet()));
  }

  /** The version that the build wrote into the archive. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = LoamCommand.class.getPackage().getImplementationVersion();
      return new String[] {"loam " + (version == null ? "(unpackaged)" : version)};
    }
  }
}
