// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A {@link TrainingProcess}, killed at the latest when it is closed or out of time. */
final class Child implements AutoCloseable {
  /** Long enough for the slowest machine; a process that takes longer hangs. */
  private static final long LIMIT_SECONDS = 120;

  private final Process process;
  private final CompletableFuture<Void> limit;
  private final long started = System.nanoTime();

  private Child(Process process) {
    this.process = process;
    limit =
        CompletableFuture.runAsync(
            this::kill, CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS));
  }

  /** Starts one with the class path of this process, on one compute thread a rank. */
  static Child start(Path config, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dai.djl.offline=true");
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.addAll(List.of("-cp", System.getProperty("java.class.path", "")));
    command.addAll(List.of(TrainingProcess.class.getName(), config.toString()));
    command.addAll(arguments);
    return new Child(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** What it says, errors included. */
  BufferedReader lines() {
    return process.inputReader();
  }

  /** Nanoseconds since its start. */
  long age() {
    return System.nanoTime() - started;
  }

  long pid() {
    return process.pid();
  }

  /**
   * Kills it, with a signal that it cannot handle where the system has them. Through its handle,
   * since the process itself would also close the stream, and with it what is still unread.
   */
  void kill() {
    boolean unused = process.toHandle().destroyForcibly();
  }

  /** Waits for its end and gives its exit status. */
  int await() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public void close() {
    limit.cancel(false);
    Process unused = process.destroyForcibly();
  }
}
