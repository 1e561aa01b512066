// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The files of one cached index, named as Megatron-LM names them: a digest of what tells datasets
 * apart, the kind of index, and what is in the file. Files appear complete or not at all.
 */
public final class CacheFiles {
  private static final long NANOS_OF_A_MINUTE = 60_000_000_000L;

  private final Path folder;
  private final String base;
  private final String description;

  /**
   * The files of an index.
   *
   * @param kind such as {@code GPTDataset-train}
   * @param identity what tells it from others, for {@link PythonJson}
   */
  public CacheFiles(Path folder, String kind, Map<String, Object> identity) {
    this.folder = folder;
    this.description = PythonJson.dumps(identity);
    this.base = md5(description) + "-" + kind + "-";
  }

  /** The digest that file names have upstream; nothing is protected by it. */
  private static String md5(String text) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      return HexFormat.of().formatHex(md5.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** What tells the index from others, as text. */
  public String description() {
    return description;
  }

  /** One of the files. */
  public Path file(String name) {
    return folder.resolve(base + name);
  }

  /** The content of a small text file, if it is there. */
  public Optional<String> text(String name) throws IOException {
    Path file = file(name);
    return Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
  }

  /** Whether all of these files are there. */
  public boolean exist(String... names) {
    for (String name : names) {
      if (!Files.isRegularFile(file(name))) {
        return false;
      }
    }
    return true;
  }

  /** Writes a file that does not exist yet. */
  @FunctionalInterface
  public interface Content {
    /** Writes it. */
    void write(Path file) throws IOException;
  }

  /**
   * The size of a file and when it was changed, if it is there: what tells a file from another that
   * was published in its place.
   */
  public Optional<String> stamp(String name) throws IOException {
    return Files.exists(file(name)) ? Optional.of(stamp(file(name))) : Optional.empty();
  }

  private static String stamp(Path file) throws IOException {
    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
    return now.size() + " bytes of " + now.lastModifiedTime();
  }

  /**
   * Writes a file under another name and renames it, which replaces what was there. Its time is
   * taken at random from the last minute: no two writers give the same, as clocks that tick every
   * few milliseconds would.
   *
   * @return its {@link #stamp}
   */
  public String publish(String name, Content content) throws IOException {
    Files.createDirectories(folder);
    Path temporary = folder.resolve(base + name + "." + UUID.randomUUID() + ".part");
    try {
      content.write(temporary);
      long age = ThreadLocalRandom.current().nextLong(NANOS_OF_A_MINUTE);
      Files.setLastModifiedTime(temporary, FileTime.from(Instant.now().minusNanos(age)));
      String stamp = stamp(temporary);
      Files.move(
          temporary,
          file(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return stamp;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Writes a text file that way. */
  public void publishText(String name, String text) throws IOException {
    publish(name, file -> Files.writeString(file, text));
  }
}
