// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** Runs commands as the processes of an MPI job. */
final class MpiCli {
  private static final int LONGEST_SECONDS = 120;

  private final List<String> command = new ArrayList<>();

  private MpiCli() {
    command.addAll(
        List.of("mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none"));
  }

  /**
   * A job, to which {@link #ranks} are added.
   *
   * @throws TestAbortedException where there is no {@code mpirun}
   */
  static MpiCli job() {
    boolean found =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "mpirun")));
    if (!found) {
      throw new TestAbortedException(
          "skipped: no mpirun on the PATH (Debian: apt install openmpi-bin libopenmpi-dev)");
    }
    return new MpiCli();
  }

  /** Adds that many processes of a command. */
  MpiCli ranks(int count, Object... args) {
    if (command.contains("-n")) {
      command.add(":");
    }
    command.addAll(List.of("-n", Integer.toString(count)));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-Dai.djl.offline=true", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path", ""), Main.class.getName()));
    Stream.of(args).map(Object::toString).forEach(command::add);
    return this;
  }

  /** Runs it to its end, in a folder for what it writes; also {@code mpirun} writes messages. */
  Cli.Result run(Path folder) throws IOException, InterruptedException {
    Path out = folder.resolve("mpirun.out");
    Path err = folder.resolve("mpirun.err");
    Process mpirun =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      assertThat(mpirun.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS))
          .as(() -> "the end of " + command)
          .isTrue();
      return new Cli.Result(mpirun.exitValue(), Files.readAllBytes(out), Files.readString(err));
    } finally {
      mpirun.destroy();
    }
  }
}
