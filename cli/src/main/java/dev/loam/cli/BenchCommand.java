// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures. */
@Command(name = "bench", description = "Measures speed and memory on this machine.")
@SuppressWarnings("NullAway.Init") // the fields are set by picocli
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "nothing to measure given; there is " + String.join(", ", spec.subcommands().keySet()));
  }
}
