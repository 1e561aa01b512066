// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.indexed;

import dev.loam.data.DataFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two files of an indexed dataset.
 *
 * @param prefix what both names begin with
 */
record IndexedFiles(Path prefix) {
  private static final String BIN = ".bin";
  private static final String IDX = ".idx";
  private static final String PART = ".part";
  private static final String TEXT_DOCUMENT = "_text_document";
  private static final int LISTED = 10;

  Path bin() {
    return sibling(prefix, BIN);
  }

  Path idx() {
    return sibling(prefix, IDX);
  }

  /**
   * The files a user means: by the prefix, by either file name, or by the prefix that was given to
   * preprocessing, which appends {@code _text_document}.
   */
  static IndexedFiles resolve(Path given) {
    IndexedFiles exact = new IndexedFiles(withoutExtension(given));
    IndexedFiles preprocessed = new IndexedFiles(sibling(exact.prefix, TEXT_DOCUMENT));
    for (IndexedFiles files : List.of(exact, preprocessed)) {
      boolean bin = Files.isRegularFile(files.bin());
      boolean idx = Files.isRegularFile(files.idx());
      if (bin && idx) {
        return files;
      }
      if (bin || idx) {
        throw new DataFormatException(
            "%s: not found, though %s is there; an indexed dataset needs both, copy the other one"
                    .formatted(bin ? files.idx() : files.bin(), bin ? files.bin() : files.idx())
                + " or run preprocessing again");
      }
    }
    throw new DataFormatException(
        "%s: no indexed dataset here: neither %s and %s nor %s and %s exist; %s"
            .formatted(
                given,
                name(exact.bin()),
                name(exact.idx()),
                name(preprocessed.bin()),
                name(preprocessed.idx()),
                others(given)));
  }

  /** What is in the folder instead, first what is called most alike. */
  private static String others(Path given) {
    boolean inside = Files.isDirectory(given);
    Path folder = inside ? given.toAbsolutePath() : given.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      return "the folder " + folder + " does not exist";
    }
    String wanted = inside ? "" : name(given);
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(IndexedFiles::name)
              .filter(n -> n.endsWith(IDX) || n.endsWith(BIN) || n.endsWith(PART))
              .sorted(
                  Comparator.comparingInt((String n) -> -alike(n, wanted))
                      .thenComparing(Comparator.naturalOrder()))
              .limit(LISTED)
              .toList();
      return names.isEmpty()
          ? "the folder " + folder + " has no .idx and no .bin file"
          : "the folder " + folder + " has " + String.join(", ", names);
    } catch (IOException e) {
      return "the folder " + folder + " cannot be read";
    }
  }

  /** How many characters two names begin with alike. */
  private static int alike(String a, String b) {
    int i = 0;
    while (i < Math.min(a.length(), b.length()) && a.charAt(i) == b.charAt(i)) {
      i++;
    }
    return i;
  }

  private static Path withoutExtension(Path path) {
    String name = name(path);
    return name.endsWith(BIN) || name.endsWith(IDX)
        ? path.resolveSibling(name.substring(0, name.length() - BIN.length()))
        : path;
  }

  private static Path sibling(Path path, String suffix) {
    return path.resolveSibling(name(path) + suffix);
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }
}
