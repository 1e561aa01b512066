// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Runs commands in this process. */
final class Cli {
  private Cli() {}

  /** What a command did. */
  @SuppressWarnings("ArrayRecordComponent")
  record Result(int exitCode, byte[] data, String messages) {
    String out() {
      return new String(data, UTF_8);
    }

    /** The same, after checking that all went well. */
    Result ok() {
      assertThat(exitCode).as(messages).isEqualTo(ExitCodes.OK);
      return this;
    }
  }

  /** Arguments and more of them. */
  static Object[] with(Object[] arguments, Object... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray();
  }

  static Result run(Object... args) {
    String[] texts = new String[args.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = args[i].toString();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode =
        Main.run(texts, new PrintStream(out, false, UTF_8), new PrintStream(err, true, UTF_8));
    return new Result(exitCode, out.toByteArray(), err.toString(UTF_8));
  }

  /** Runs a command that reads what is typed. */
  static Result type(Input.Kind kind, String typed, Object... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            new Input(new ByteArrayInputStream(typed.getBytes(UTF_8)), kind));
    String[] texts = Stream.of(args).map(Object::toString).toArray(String[]::new);
    int exitCode = new Loam(streams, Commands.all(streams)).run(texts);
    return new Result(exitCode, out.toByteArray(), err.toString(UTF_8));
  }

  /** Runs a command that only tests have. */
  static Result run(Callable<Integer> command, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Streams streams =
        new Streams(new PrintStream(out, false, UTF_8), new PrintStream(err, true, UTF_8));
    int exitCode = new Loam(streams, List.of(command)).run(args);
    return new Result(exitCode, out.toByteArray(), err.toString(UTF_8));
  }

  /** Checks that a run ended as it should, with one message and no stack trace. */
  static void assertRefused(Result result, int exitCode, String... parts) {
    assertThat(result.exitCode()).as(result.messages()).isEqualTo(exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.messages()).startsWith("loam: ").endsWith("\n").contains(parts);
    assertThat(result.messages().split("loam: ", -1)).as("messages").hasSize(2);
    assertThat(result.messages()).doesNotContain("Exception", "\tat ", "null");
  }
}
