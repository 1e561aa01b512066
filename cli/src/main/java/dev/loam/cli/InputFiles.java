// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Says clearly what is wrong with a file before it is opened. */
final class InputFiles {
  private InputFiles() {}

  /**
   * The same path, if something that can be read is there.
   *
   * @param expected what the file should hold, such as {@code text in UTF-8}
   */
  static Path require(Path file, String expected) {
    if (Files.isDirectory(file)) {
      throw new UsageException(file + ": is a folder; expected a file with " + expected);
    }
    if (!Files.exists(file)) {
      throw new UsageException("no such file: " + file + "; expected " + expected);
    }
    if (!Files.isReadable(file)) {
      throw new UsageException(file + ": permission denied");
    }
    return file;
  }
}
