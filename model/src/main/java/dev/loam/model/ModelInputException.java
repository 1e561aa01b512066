// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

/** Token ids, labels, masks or positions that a model cannot take; the message names the place. */
public final class ModelInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the value, where it is, and what was expected. */
  public ModelInputException(String message) {
    super(message);
  }
}
