// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.HostArena;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Files and tensors for tests. */
final class Samples {
  private static final Arena ARENA = new HostArena();

  private Samples() {}

  static Tensor tensor(DType dtype, long... shape) {
    return ARENA.allocate(dtype, shape);
  }

  /** Arbitrary bits, NaNs included. */
  static Tensor random(long seed, DType dtype, long... shape) {
    Tensor tensor = tensor(dtype, shape);
    byte[] bits = new byte[(int) tensor.elements() * dtype.bytes()];
    new SplittableRandom(seed).nextBytes(bits);
    tensor.window(0, tensor.elements()).put(bits);
    return tensor;
  }

  static byte[] bytes(Tensor tensor) {
    byte[] bytes = new byte[(int) tensor.elements() * tensor.dtype().bytes()];
    tensor.window(0, tensor.elements()).get(bytes);
    return bytes;
  }

  static byte[] file(byte[] header, int dataBytes) {
    return ByteBuffer.allocate(8 + header.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .put(header)
        .array();
  }

  static Path write(Path path, byte[] bytes) {
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path path, String header, int dataBytes) {
    return write(path, file(header.getBytes(StandardCharsets.UTF_8), dataBytes));
  }

  /** A file of any size that takes no room: beyond the given bytes it is a hole. */
  static Path sparse(Path path, byte[] start, long size) {
    write(path, start);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  /** Overwrites bytes of a file in place. */
  static void patch(Path path, long position, byte[] bytes) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(position);
      file.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The description of one tensor in a header. */
  static String entry(String name, String dtype, String shape, String offsets) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}"
        .formatted(name, dtype, shape, offsets);
  }
}
