// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where a command's data goes: a file, which appears under its name complete or not at all, or
 * standard output. Devices and pipes are written directly.
 */
final class Output implements AutoCloseable {
  private final OutputStream stream;
  private final Optional<Path> target;
  private final Optional<Path> part;

  private Output(OutputStream stream, Optional<Path> target, Optional<Path> part) {
    this.stream = stream;
    this.target = target;
    this.part = part;
  }

  /** Opens a file, or standard output where none is named. */
  static Output open(Optional<Path> file, Streams streams) throws IOException {
    if (file.isEmpty()) {
      return new Output(streams.out(), Optional.empty(), Optional.empty());
    }
    Path target = file.get().toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new UsageException(file.get() + ": is a folder; expected the name of a file to write");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      return new Output(open(target), file, Optional.empty());
    }
    Path folder = target.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    return new Output(open(part), Optional.of(target), Optional.of(part));
  }

  private static OutputStream open(Path path) throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(path), 1 << 16);
  }

  /** Takes the data. */
  OutputStream stream() {
    return stream;
  }

  /** Publishes what was written. */
  void commit() throws IOException {
    stream.flush();
    if (target.isPresent()) {
      stream.close();
    }
    if (target.isPresent() && part.isPresent()) {
      Files.move(part.get(), target.get(), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @Override
  public void close() throws IOException {
    if (target.isPresent()) {
      stream.close();
    }
    if (part.isPresent()) {
      Files.deleteIfExists(part.get());
    }
  }
}
