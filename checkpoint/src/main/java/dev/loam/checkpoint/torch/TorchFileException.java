// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.CheckpointException;
import java.nio.file.Path;

/** A torch file breaks a rule of its format, or does not hold what was asked of it. */
public final class TorchFileException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A violation.
   *
   * @param file the file
   * @param problem what is wrong: entry, byte offset and value as far as they exist
   * @param remedy what to do about it
   */
  public TorchFileException(Path file, String problem, String remedy) {
    super(file + ": " + problem + "; " + remedy);
  }
}
