// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at configurations. */
@Command(name = "config", description = "Checks and shows the configuration of a training.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class ConfigCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "nothing to do given; there is " + String.join(", ", spec.subcommands().keySet()));
  }
}
