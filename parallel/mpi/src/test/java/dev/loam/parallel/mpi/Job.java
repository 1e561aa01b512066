// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** A job of real processes: {@code mpirun}, and {@link RankProgram} in each. */
final class Job implements AutoCloseable {
  private static final Pattern PID = Pattern.compile("^rank (\\d+) pid (\\d+)$", Pattern.MULTILINE);

  private final Process mpirun;
  private final Path output;
  private final int ranks;

  private Job(Process mpirun, Path output, int ranks) {
    this.mpirun = mpirun;
    this.output = output;
    this.ranks = ranks;
  }

  /** Skips the calling test where there is no Open MPI. */
  static void requireOpenMpi() {
    boolean found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "mpirun")));
    if (!found) {
      throw new TestAbortedException(
          "skipped: no mpirun on the PATH (Debian: apt install openmpi-bin libopenmpi-dev)");
    }
    try {
      OpenMpi unused = OpenMpiLoader.load("");
    } catch (MpiException e) {
      throw new TestAbortedException("skipped: " + e.getMessage(), e);
    }
  }

  /**
   * Starts a job.
   *
   * @param properties system properties of its processes, such as {@code deadline=1000}
   */
  static Job start(int ranks, String program, String... properties) {
    List<String> command =
        new ArrayList<>(List.of("mpirun", "--allow-run-as-root", "--oversubscribe"));
    command.addAll(List.of("--bind-to", "none", "-n", Integer.toString(ranks)));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    for (String property : properties) {
      command.add("-D" + property);
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of(RankProgram.class.getName(), program));
    try {
      Path output = Files.createTempFile("loam-mpi-", ".log");
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectErrorStream(true).redirectOutput(output.toFile());
      return new Job(builder.start(), output, ranks);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a job to its end. */
  static Result run(int ranks, String program, String... properties) {
    try (Job job = start(ranks, program, properties)) {
      return job.await(Duration.ofSeconds(90));
    }
  }

  /** Waits for the end of {@code mpirun}, and makes sure that no process is left. */
  Result await(Duration limit) {
    await(limit, () -> !mpirun.isAlive(), "the end of mpirun");
    await(
        Duration.ofSeconds(1),
        () -> pids().values().stream().noneMatch(Job::isRunning),
        "the end of all processes");
    return new Result(mpirun.exitValue(), output());
  }

  /** Waits until no rank's process is left, and says how long that took. */
  Duration awaitProcesses(Duration limit) {
    long start = System.nanoTime();
    await(limit, () -> pids().values().stream().noneMatch(Job::isRunning), "the end of all ranks");
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /** Waits until a process has written so. */
  void awaitOutput(String text) {
    await(Duration.ofSeconds(60), () -> !mpirun.isAlive() || output().contains(text), text);
    assertThat(output()).contains(text);
  }

  /** Zombies do not run: they wait for a parent to take note of their end. */
  private static boolean isRunning(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits until all ranks have written so. */
  void awaitLines(String ending) {
    Pattern line = Pattern.compile("^rank \\d+ " + ending + "$", Pattern.MULTILINE);
    await(
        Duration.ofSeconds(60),
        () -> !mpirun.isAlive() || line.matcher(output()).results().count() == ranks,
        "lines that say " + ending);
    assertThat(mpirun.isAlive()).as(output()).isTrue();
  }

  private void await(Duration limit, BooleanSupplier condition, String what) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("waiting for %s:%n%s", what, output())
          .isLessThan(limit);
      pause(5);
    }
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The process of each rank that has said so. */
  Map<Integer, Long> pids() {
    Map<Integer, Long> pids = new TreeMap<>();
    for (MatchResult found : PID.matcher(output()).results().toList()) {
      pids.put(Integer.parseInt(found.group(1)), Long.parseLong(found.group(2)));
    }
    return pids;
  }

  /** Sends a signal to the process of a rank. */
  void signal(int rank, String signal) {
    long pid = pids().getOrDefault(rank, -1L);
    assertThat(pid).as(output()).isPositive();
    try {
      int status = new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
      assertThat(status).isZero();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (mpirun.isAlive()) {
        mpirun.destroy();
        if (!mpirun.waitFor(5, TimeUnit.SECONDS)) {
          Process unused = mpirun.destroyForcibly();
        }
        pids()
            .values()
            .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      }
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * How a job ended.
   *
   * @param status of {@code mpirun}
   * @param output of all processes, both streams
   */
  record Result(int status, String output) {
    Result requireSuccess(int ranks) {
      assertThat(status).as(output).isZero();
      for (int rank = 0; rank < ranks; rank++) {
        assertThat(output).contains("rank " + rank + " is done");
      }
      return this;
    }

    Result requireFailure() {
      assertThat(status).as(output).isNotZero();
      return this;
    }
  }
}
