// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.nio.file.Path;

/**
 * A safetensors file or folder breaks a rule of its format, or does not hold what was asked of it.
 */
public final class SafetensorsException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /**
   * A violation.
   *
   * @param file the file or folder
   * @param problem what is wrong: tensor, byte offset and value as far as they exist
   * @param remedy what to do about it
   */
  public SafetensorsException(Path file, String problem, String remedy) {
    super(file + ": " + problem + "; " + remedy);
  }

  /** A violation that something else ran into. */
  public SafetensorsException(Path file, String problem, String remedy, Throwable cause) {
    super(file + ": " + problem + "; " + remedy, cause);
  }
}
