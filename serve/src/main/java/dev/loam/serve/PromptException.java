// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

/** A conversation that a model's template refuses; the message is for whoever sent it. */
public final class PromptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what is wrong and what was expected. */
  public PromptException(String message) {
    super(message);
  }

  /** The same with what it came from. */
  public PromptException(String message, Throwable cause) {
    super(message, cause);
  }
}
