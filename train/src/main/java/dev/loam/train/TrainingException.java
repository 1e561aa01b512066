// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

/** A run could not go on; the message says at which step and why. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the step and the cause. */
  public TrainingException(String message) {
    super(message);
  }
}
