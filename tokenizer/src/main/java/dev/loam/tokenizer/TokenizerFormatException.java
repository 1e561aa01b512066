// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

/**
 * A tokenizer file is missing, damaged or asks for something that is not supported. The message
 * names the file, the place in it, what was found and what was expected.
 */
public final class TokenizerFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TokenizerFormatException(String message) {
    super(message);
  }

  public TokenizerFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
