// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

/**
 * A checkpoint cannot be read or written. The message names the file, the position or key, the
 * offending value and the remedy. The command line ends with exit code 3.
 */
public class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message fit for the user. */
  public CheckpointException(String message) {
    super(message);
  }

  /** With a message fit for the user, and what caused it. */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
