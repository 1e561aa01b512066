// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Confines the file names of an index to the folder of the index. */
final class ShardFiles {
  private static final int NAME_LENGTH = 255;
  private static final String SUFFIX = ".safetensors";

  private ShardFiles() {}

  /**
   * The file of a name that is safe to open; otherwise the reason why not is added to the problems.
   */
  static Optional<Path> resolve(Path folder, String name, List<String> problems) {
    if (!isPlain(name)) {
      problems.add(
          "the index names the file "
              + Text.quote(name)
              + ", not a plain *"
              + SUFFIX
              + " name in its own folder");
      return Optional.empty();
    }
    Path file = folder.resolve(name);
    try {
      if (!Files.exists(file)) {
        problems.add("the file " + Text.quote(name) + " is missing");
      } else if (!Files.isRegularFile(file)) {
        problems.add(Text.quote(name) + " is not a regular file");
      } else if (!staysInside(folder.toRealPath(), file.toRealPath())) {
        problems.add(
            Text.quote(name) + " is a link to " + file.toRealPath() + ", outside the folder");
      } else {
        return Optional.of(file);
      }
    } catch (IOException e) {
      problems.add(Text.quote(name) + " cannot be examined: " + e);
    }
    return Optional.empty();
  }

  private static boolean isPlain(String name) {
    return name.length() <= NAME_LENGTH
        && name.toLowerCase(Locale.ROOT).endsWith(SUFFIX)
        && Text.isWellFormed(name)
        && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ' || c == 0x7f);
  }

  /**
   * The download cache of Hugging Face keeps a model as {@code snapshots/<revision>} full of links
   * into {@code blobs} beside {@code snapshots}; such links are as good as files.
   */
  private static boolean staysInside(Path folder, Path file) {
    if (file.startsWith(folder)) {
      return true;
    }
    Path snapshots = folder.getParent();
    return snapshots != null
        && snapshots.endsWith("snapshots")
        && file.startsWith(snapshots.resolveSibling("blobs"));
  }
}
