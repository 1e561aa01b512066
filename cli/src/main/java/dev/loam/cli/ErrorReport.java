// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.parallel.RankFailedException;
import dev.loam.tensor.EngineException;
import dev.loam.train.TrainingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns an error into one message and an exit code. */
final class ErrorReport {
  private static final String OUT_OF_MEMORY =
      "; use a smaller batch or sequence, or a machine with more memory";

  private final Streams streams;
  private final BooleanSupplier verbose;

  ErrorReport(Streams streams, BooleanSupplier verbose) {
    this.streams = streams;
    this.verbose = verbose;
  }

  /** Reports for a command, in the detail that its options ask for. */
  static ErrorReport of(CommandSpec command, Streams streams) {
    LoamCommand loam = (LoamCommand) command.root().userObject();
    return new ErrorReport(streams, loam::verbose);
  }

  /** Writes the message, and with {@code --verbose} the stack trace; gives the exit code. */
  int report(Throwable thrown) {
    Throwable error = root(thrown);
    streams.say("loam: " + message(error));
    if (verbose.getAsBoolean()) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace, true));
      streams.err().print(trace);
      streams.err().flush();
    }
    return ExitCodes.of(error);
  }

  /** Takes off wrappers that say nothing themselves. */
  private static Throwable root(Throwable thrown) {
    Throwable cause = thrown.getCause();
    if (thrown instanceof RankFailedException && cause != null && isInput(cause)) {
      // Whichever rank found it: what is wrong is the input, not the rank.
      return root(cause);
    }
    boolean wrapper =
        (thrown instanceof UncheckedIOException || thrown instanceof EngineException)
            && cause instanceof IOException;
    return wrapper && cause != null ? cause : thrown;
  }

  private static boolean isInput(Throwable error) {
    return ExitCodes.of(error) != ExitCodes.FAILED;
  }

  private static String message(Throwable error) {
    if (error instanceof ParameterException e) {
      return usage(e);
    } else if (error instanceof OutOfMemoryError) {
      return "out of memory for Java objects ("
          + text(error)
          + "); give more with LOAM_JAVA_OPTS="
          + "-Xmx..., or use a smaller input";
    } else if (error instanceof EngineException && text(error).contains("can't allocate memory")) {
      return "out of memory for tensors: " + firstLine(text(error)) + OUT_OF_MEMORY;
    } else if (error instanceof FileSystemException e) {
      return fileProblem(e);
    } else if (error instanceof IOException || ExitCodes.of(error) != ExitCodes.FAILED) {
      return text(error);
    } else if (error instanceof EngineException
        || error instanceof TrainingException
        || error instanceof RankFailedException
        || error instanceof IllegalStateException) {
      return text(error);
    }
    return "internal error: " + error + "; run it again with --verbose and report what it says";
  }

  private static String usage(ParameterException e) {
    String command = e.getCommandLine().getCommandSpec().qualifiedName();
    List<String> suggestions =
        e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
    String meant =
        suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?";
    return text(e) + unknown(e) + meant + " (see " + command + " --help)";
  }

  /** What is missing is often there under a misspelt name. */
  private static String unknown(ParameterException e) {
    List<String> unmatched =
        e instanceof MissingParameterException
            ? e.getCommandLine().getUnmatchedArguments()
            : List.of();
    return unmatched.isEmpty() ? "" : "; not understood: " + String.join(" ", unmatched);
  }

  private static String fileProblem(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file: " + e.getFile() + "; expected an existing file";
    } else if (e instanceof AccessDeniedException) {
      return e.getFile() + ": permission denied";
    } else if (e instanceof FileAlreadyExistsException) {
      return e.getFile() + ": is in the way: something else has that name";
    }
    return text(e);
  }

  private static String text(Throwable error) {
    String message = error.getMessage();
    return message == null || message.isBlank() ? error.toString() : message.strip();
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
