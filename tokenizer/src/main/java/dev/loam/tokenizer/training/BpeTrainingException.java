// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

/**
 * A tokenizer cannot be trained with the means given: too little memory, or the calling thread was
 * interrupted. The message names the numbers and the remedy.
 */
public final class BpeTrainingException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  BpeTrainingException(String message) {
    super(message);
  }

  BpeTrainingException(String message, Throwable cause) {
    super(message, cause);
  }
}
