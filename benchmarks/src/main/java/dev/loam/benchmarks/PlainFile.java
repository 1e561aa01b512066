// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The elements of tensors one after the other in a file: what no format can beat. */
record PlainFile(Path file, List<Tensor> tensors) {
  /** Faster than larger ones. */
  private static final int BLOCK = 1 << 20;

  /** Handles one block. */
  @FunctionalInterface
  private interface Block {
    int handle(ByteBuffer block) throws IOException;
  }

  long bytes() {
    return tensors.stream().mapToLong(t -> t.elements() * t.dtype().bytes()).sum();
  }

  /** Writes all, to the disk; in seconds. */
  double write() {
    long start = System.nanoTime();
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        eachBlock(channel::write);
        channel.force(true);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Reads all; in seconds. */
  double read() {
    long start = System.nanoTime();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      eachBlock(channel::read);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (System.nanoTime() - start) / 1e9;
  }

  void delete() {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes the folder the file was in, and the files left there. */
  void deleteFolder() {
    Path folder = file.toAbsolutePath().getParent();
    try (Stream<Path> left = Files.list(folder)) {
      for (Path path : left.toList()) {
        Files.delete(path);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void eachBlock(Block block) throws IOException {
    for (Tensor tensor : tensors) {
      long step = BLOCK / tensor.dtype().bytes();
      for (long at = 0; at < tensor.elements(); at += step) {
        ByteBuffer bytes = tensor.window(at, Math.min(step, tensor.elements() - at));
        while (bytes.hasRemaining()) {
          if (block.handle(bytes) < 0) {
            throw new IOException(file + " ends early");
          }
        }
      }
    }
  }
}
