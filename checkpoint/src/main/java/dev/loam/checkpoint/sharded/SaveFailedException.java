// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;

/**
 * A checkpoint could not be saved. The message names the folder, the cause, and where the disk may
 * be full the needed and the free bytes. Checkpoints that were there before are untouched.
 */
public class SaveFailedException extends CheckpointException {
  private static final long serialVersionUID = 1L;

  /** With a message fit for the user. */
  public SaveFailedException(String message) {
    super(message);
  }

  /** With a message fit for the user, and what caused it. */
  public SaveFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
