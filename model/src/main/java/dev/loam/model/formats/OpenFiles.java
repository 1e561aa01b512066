// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Safetensors files that are opened, and closed, together. */
final class OpenFiles {
  private OpenFiles() {}

  /** Opens all; none stays open if one cannot be. */
  static List<SafetensorsFile> open(List<Path> paths) {
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      paths.forEach(path -> files.add(SafetensorsFile.open(path)));
      return files;
    } catch (RuntimeException | Error e) {
      close(files);
      throw e;
    }
  }

  static void close(List<SafetensorsFile> files) {
    files.forEach(SafetensorsFile::close);
  }
}
