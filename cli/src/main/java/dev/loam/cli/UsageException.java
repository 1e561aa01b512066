// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

/**
 * A command was asked for something that cannot be done, or given a file it cannot use. The message
 * names the option or file, the place in it, the value and the remedy.
 */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
