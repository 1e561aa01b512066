// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.loader;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder where Hugging Face's tools keep what they have downloaded: {@code
 * datasets--OWNER--NAME/snapshots/REVISION}, the current revision being in {@code refs/main}.
 * Nothing is downloaded.
 */
record HubCache(Path root) {
  private static final Pattern ID = Pattern.compile("[\\w-][\\w.-]*/[\\w-][\\w.-]*");
  private static final Pattern REVISION = Pattern.compile("\\w[\\w.-]*");

  /** The cache that the environment of a process names, in the order of Hugging Face. */
  static HubCache of(Map<String, String> environment, Path home) {
    for (String variable : List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
      if (environment.containsKey(variable)) {
        return new HubCache(path(environment.get(variable), home));
      }
    }
    if (environment.containsKey("HF_HOME")) {
      return new HubCache(path(environment.get("HF_HOME"), home).resolve("hub"));
    }
    Path caches = path(environment.getOrDefault("XDG_CACHE_HOME", "~/.cache"), home);
    return new HubCache(caches.resolve("huggingface").resolve("hub"));
  }

  private static Path path(String text, Path home) {
    return text.startsWith("~/") ? home.resolve(text.substring(2)) : Path.of(text);
  }

  /** Whether a text has the form OWNER/NAME. */
  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** Where a data set is, or would be. */
  Path folder(String id) {
    return root.resolve("datasets--" + id.replace("/", "--"));
  }

  /**
   * The files of a data set, if they are here.
   *
   * @throws DataFormatException if there are several revisions and none is the current one
   */
  Optional<Path> snapshot(String id) throws IOException {
    Path snapshots = folder(id).resolve("snapshots");
    Path main = folder(id).resolve("refs").resolve("main");
    if (Files.isRegularFile(main)) {
      String revision = new String(Files.readAllBytes(main), StandardCharsets.UTF_8).strip();
      Path current = REVISION.matcher(revision).matches() ? snapshots.resolve(revision) : snapshots;
      if (!current.equals(snapshots) && Files.isDirectory(current)) {
        return Optional.of(current);
      }
    }
    if (!Files.isDirectory(snapshots)) {
      return Optional.empty();
    }
    List<Path> revisions;
    try (Stream<Path> entries = Files.list(snapshots)) {
      revisions = entries.filter(Files::isDirectory).sorted().toList();
    }
    if (revisions.size() > 1) {
      throw new DataFormatException(
          snapshots
              + ": several revisions and refs/main names none of them; give the folder of one as"
              + " the path");
    }
    return revisions.stream().findFirst();
  }
}
