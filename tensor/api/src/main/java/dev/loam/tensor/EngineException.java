// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor;

/** An engine failed: it could not be loaded, or native code reported an error. */
public class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what was tried. */
  public EngineException(String message) {
    super(message);
  }

  /** With a message that says what was tried, and what came of it. */
  public EngineException(String message, Throwable cause) {
    super(message, cause);
  }
}
