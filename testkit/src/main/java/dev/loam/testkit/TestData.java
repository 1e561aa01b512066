// SPDX-License-Identifier: Apache-2.0
package dev.loam.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/** Where tests find their data. */
public final class TestData {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TestData() {}

  /** The root of the source tree. */
  public static Path root() {
    String root = System.getProperty("loam.root");
    if (root != null) {
      return Path.of(root);
    }
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isDirectory(p.resolve("testdata"))) {
        return p;
      }
    }
    throw new IllegalStateException("no testdata folder above the working directory");
  }

  /**
   * A golden case, unpacked into a fresh temporary folder with every file as its maker wrote it.
   *
   * @param name such as {@code 01-model-a-tied}
   */
  public static Path golden(String name) {
    try {
      return GoldenArchive.unpack(root().resolve("testdata/golden/" + name + ".zip"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file of the third-party data that tests may read in place (system property {@code loam.data},
   * by default {@code ../shared/data} beside the source tree). Skips the calling test, with a
   * message, where the file is absent.
   */
  public static Path shared(String relative) {
    Path base = root().resolve("../shared/data");
    Path file = Path.of(System.getProperty("loam.data", base.toString())).resolve(relative);
    if (!Files.exists(file)) {
      throw new TestAbortedException("skipped: third-party test data " + relative + " is absent");
    }
    return file.normalize();
  }

  /**
   * Whether every case of the large matrices is to be run, not a seeded sample ({@code -Pfull}).
   */
  public static boolean full() {
    return Boolean.getBoolean("loam.full");
  }

  /** Parses a JSON file. */
  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
