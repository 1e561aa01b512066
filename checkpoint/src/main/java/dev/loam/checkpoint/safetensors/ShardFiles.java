// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Confines the file names that a file lists to the folder of that file. */
public final class ShardFiles {
  private static final int NAME_LENGTH = 255;

  private ShardFiles() {}

  /**
   * The file of a name that is safe to open; otherwise the reason why not is added to the problems.
   *
   * @param list what names the file, for messages
   * @param suffix how the name must end, in lower case
   */
  public static Optional<Path> resolve(
      Path folder, String list, String name, String suffix, List<String> problems) {
    if (!isPlain(name, suffix)) {
      problems.add(
          list
              + " names the file "
              + Text.quote(name)
              + ", not a plain *"
              + suffix
              + " name in its own folder");
      return Optional.empty();
    }
    try {
      Path file = folder.resolve(name);
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
    } catch (IOException | InvalidPathException e) {
      problems.add(Text.quote(name) + " cannot be examined: " + e);
    }
    return Optional.empty();
  }

  /** Whether a name has no part that leads out of a folder, and ends as it must. */
  public static boolean isPlain(String name, String suffix) {
    return name.length() <= NAME_LENGTH
        && name.toLowerCase(Locale.ROOT).endsWith(suffix)
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
