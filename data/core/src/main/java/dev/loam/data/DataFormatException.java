// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import java.nio.file.Path;

/**
 * Input data that cannot be used. The message names the file, the place in it, the offending value
 * and, where there is one, the remedy.
 */
public final class DataFormatException extends RuntimeException {
  /** What is wrong, where, and what to do about it. */
  public DataFormatException(String message) {
    super(message);
  }

  /** As {@link #DataFormatException(String)}, with the error that revealed it. */
  public DataFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Something wrong at a byte offset of a file. */
  public static DataFormatException atOffset(Path file, long offset, String problem) {
    return new DataFormatException(file + ", byte " + offset + ": " + problem);
  }

  /** Something wrong on a line of a file, the first line being 1. */
  public static DataFormatException atLine(Path file, long line, String problem) {
    return new DataFormatException(file + ":" + line + ": " + problem);
  }
}
