// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.sharded.SaveFailedException;
import dev.loam.data.DataFormatException;
import dev.loam.model.ModelConfigException;
import dev.loam.model.ModelInputException;
import dev.loam.parallel.RankFailedException;
import dev.loam.parallel.mpi.DisagreementException;
import dev.loam.parallel.mpi.MpiException;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.train.config.ConfigException;
import java.io.FileNotFoundException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine.ParameterException;

/** What the process ends with, and which error leads to what. */
final class ExitCodes {
  /** Everything was done. */
  static final int OK = 0;

  /** The run failed. */
  static final int FAILED = 1;

  /** Bad usage, configuration or input. */
  static final int USAGE = 2;

  /** A checkpoint cannot be used. */
  static final int CHECKPOINT = 3;

  /** With the number of the signal added: ended by it, after a clean save. */
  static final int SIGNAL = 128;

  private static final List<Class<? extends Exception>> USAGE_ERRORS =
      List.of(
          ParameterException.class,
          UsageException.class,
          NoSuchFileException.class,
          FileNotFoundException.class,
          TokenizerFormatException.class,
          DataFormatException.class,
          ConfigException.class,
          ModelConfigException.class,
          ModelInputException.class,
          DisagreementException.class,
          MpiException.class);

  private ExitCodes() {}

  /** The exit code of an error. */
  static int of(Throwable error) {
    Throwable cause = error.getCause();
    if (error instanceof RankFailedException && cause != null) {
      return of(cause);
    }
    if (error instanceof SaveFailedException) {
      return FAILED;
    }
    if (error instanceof CheckpointException) {
      return CHECKPOINT;
    }
    return USAGE_ERRORS.stream().anyMatch(type -> type.isInstance(error)) ? USAGE : FAILED;
  }
}
