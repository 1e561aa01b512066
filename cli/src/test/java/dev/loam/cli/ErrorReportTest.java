// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.data.DataFormatException;
import dev.loam.data.indexed.IndexedDataset;
import dev.loam.parallel.RankFailedException;
import dev.loam.tensor.EngineException;
import dev.loam.testkit.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

/** Every kind of error ends in one message and its exit code. */
class ErrorReportTest {
  /** A command that fails as it is told to. */
  @Command(name = "probe")
  private record Probe(Callable<Integer> work) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      return work.call();
    }
  }

  private static Cli.Result failing(Throwable thrown, String... options) {
    String[] args = new String[options.length + 1];
    args[0] = "probe";
    System.arraycopy(options, 0, args, 1, options.length);
    return Cli.run(
        new Probe(
            () -> {
              if (thrown instanceof Error error) {
                throw error;
              }
              throw (Exception) thrown;
            }),
        args);
  }

  @Test
  void exitCodesAreTheDocumentedOnes() {
    assertThat(new int[] {ExitCodes.OK, ExitCodes.FAILED, ExitCodes.USAGE, ExitCodes.CHECKPOINT})
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void checkpoints() {
    Cli.assertRefused(
        failing(new CheckpointException("a: broken; copy it again")),
        ExitCodes.CHECKPOINT,
        "loam: a: broken; copy it again\n");
  }

  @Test
  void files() {
    NoSuchFileException missing = new NoSuchFileException("a/b");
    Cli.assertRefused(failing(missing), ExitCodes.USAGE, "no such file: a/b; expected");
    Cli.assertRefused(
        failing(new UncheckedIOException(missing)), ExitCodes.USAGE, "no such file: a/b; expected");
    Cli.assertRefused(
        failing(new EngineException("work failed", missing)), ExitCodes.USAGE, "no such file: a/b");
    Cli.assertRefused(
        failing(new AccessDeniedException("a/b")), ExitCodes.FAILED, "a/b: permission denied");
    Cli.assertRefused(failing(new IOException("disk on fire")), ExitCodes.FAILED, "disk on fire");
  }

  @Test
  void memory() {
    Cli.assertRefused(
        failing(new OutOfMemoryError("Java heap space")),
        ExitCodes.FAILED,
        "out of memory for Java objects (Java heap space)",
        "LOAM_JAVA_OPTS=-Xmx");
    Cli.assertRefused(
        failing(new EngineException("libtorch: can't allocate memory: 8 bytes\nframe #0")),
        ExitCodes.FAILED,
        "out of memory for tensors",
        "8 bytes; use a smaller batch");
  }

  @Test
  void failuresOfRanks() {
    RankFailedException input =
        new RankFailedException(2, "rank 2 failed", new DataFormatException("a.idx: broken"));
    Cli.assertRefused(failing(input), ExitCodes.USAGE, "loam: a.idx: broken\n");
    // What the other ranks are told of it.
    RankFailedException again = new RankFailedException(2, "rank 2 failed", input);
    Cli.assertRefused(failing(again), ExitCodes.USAGE, "loam: a.idx: broken\n");
    Cli.assertRefused(
        failing(new RankFailedException(1, "rank 1 failed", new CheckpointException("broken"))),
        ExitCodes.CHECKPOINT,
        "loam: broken\n");
    Cli.assertRefused(
        failing(
            new RankFailedException(
                1, "rank 1 is late", new RankFailedException(3, "rank 3 is lost"))),
        ExitCodes.FAILED,
        "loam: rank 1 is late\n");
    Cli.assertRefused(
        failing(new RankFailedException(3, "rank 3 is lost")),
        ExitCodes.FAILED,
        "loam: rank 3 is lost\n");
  }

  @Test
  void defects() {
    Cli.Result result = failing(new NullPointerException("x"));
    assertThat(result.exitCode()).isEqualTo(ExitCodes.FAILED);
    assertThat(result.messages())
        .startsWith("loam: internal error: java.lang.NullPointerException: x; ")
        .doesNotContain("\tat ");
  }

  @Test
  void verboseAddsTheStackTrace() {
    Cli.Result result = failing(new CheckpointException("broken"), "--verbose");
    assertThat(result.exitCode()).isEqualTo(ExitCodes.CHECKPOINT);
    assertThat(result.messages()).startsWith("loam: broken\n").contains("\tat dev.loam.cli.");
  }

  @Test
  void truncatedIndex() throws IOException {
    Path golden = TestData.golden("06-megatron");
    Path index = golden.resolve("corpus_A.idx");
    try (FileChannel channel = FileChannel.open(index, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 1);
    }
    Probe probe =
        new Probe(
            () -> {
              try (IndexedDataset dataset = IndexedDataset.open(index)) {
                return dataset.sequences();
              }
            });
    Cli.assertRefused(Cli.run(probe, "probe"), ExitCodes.USAGE, index + ", byte ");
  }

  @Test
  void aClosedOutputIsNoSuccess() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("closed");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(
            new String[] {"--version"},
            new PrintStream(closed, false, UTF_8),
            new PrintStream(err, true, UTF_8));
    assertThat(exitCode).isEqualTo(ExitCodes.FAILED);
    assertThat(err.toString(UTF_8)).startsWith("loam: standard output was closed");
  }

  @Test
  void helpAndVersionGoToStandardOutput() {
    assertThat(Cli.run("--help").ok().out()).contains("tokenize", "Exit codes: 0 ok");
    assertThat(Cli.run("generate", "--help").ok().out()).contains("--prompt-ids");
    assertThat(Cli.run("--version").ok().out()).startsWith("loam ");
  }

  @Test
  void argumentsAreTakenAsTheyAre() {
    Cli.assertRefused(
        Cli.run(
            "tokenize", "--tokenizer", "@pom.xml", "--input", TestData.root().resolve("pom.xml")),
        ExitCodes.USAGE,
        "@pom.xml: no such folder");
  }
}
