// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import java.util.Locale;

/** The names within the folder of one checkpoint. */
final class FileNames {
  static final String MANIFEST = "manifest.json";

  /** The longest text that may be saved along, in bytes. */
  static final int MAX_TEXT = 4 * 1024 * 1024;

  private static final String SUFFIX = ".safetensors";

  private FileNames() {}

  /** What a file of tensors holds. */
  enum Kind {
    WEIGHTS("weights-"),
    MOMENTS("moments-");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    /** The file of a rank, which counts from 0 while names count from 1. */
    String fileOf(int rank, int ranks) {
      return String.format(Locale.ROOT, "%s%05d-of-%05d%s", prefix, rank + 1, ranks, SUFFIX);
    }

    boolean isNameOf(String file) {
      return file.startsWith(prefix) && file.endsWith(SUFFIX);
    }
  }

  /** Whether a manifest may list a file of this name. */
  static boolean isListed(String name) {
    return isText(name) || Kind.WEIGHTS.isNameOf(name) || Kind.MOMENTS.isNameOf(name);
  }

  /** Whether a name may be that of a text. */
  static boolean isText(String name) {
    return !name.isEmpty()
        && !name.startsWith(".")
        && !name.endsWith(SUFFIX)
        && !name.equals(MANIFEST);
  }
}
