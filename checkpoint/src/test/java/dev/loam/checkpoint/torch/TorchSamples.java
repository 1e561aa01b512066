// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.torch;

import dev.loam.checkpoint.HostArena;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files, archives and tensors for tests. */
final class TorchSamples {
  /** What a header in the directory has before and after {@link #zipHeader}. */
  private static final int HEADER_START = 6;

  private static final int HEADER_END = 14;

  private static final Arena ARENA = new HostArena();

  private TorchSamples() {}

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

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  /** The entries of a file that torch would write. */
  static Map<String, byte[]> entries(byte[] pickle, Map<String, byte[]> storages) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("x/data.pkl", pickle);
    entries.put("x/byteorder", ascii("little"));
    storages.forEach((key, bytes) -> entries.put("x/data/" + key, bytes));
    entries.put("x/version", ascii("3\n"));
    return entries;
  }

  /** An archive of stored entries, with records of 32 bits only. */
  static byte[] zip(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream directory = new ByteArrayOutputStream();
    entries.forEach(
        (name, data) -> {
          byte[] header = zipHeader(name, data);
          directory.writeBytes(
              little(HEADER_START + header.length + HEADER_END)
                  .putInt(0x02014b50)
                  .putShort((short) 20)
                  .put(header)
                  .putShort((short) 0)
                  .putShort((short) 0)
                  .putShort((short) 0)
                  .putInt(0)
                  .putInt(out.size())
                  .array());
          directory.writeBytes(ascii(name));
          out.writeBytes(little(4 + header.length).putInt(0x04034b50).put(header).array());
          out.writeBytes(ascii(name));
          out.writeBytes(data);
        });
    int start = out.size();
    out.writeBytes(directory.toByteArray());
    out.writeBytes(
        little(22)
            .putInt(0x06054b50)
            .putInt(0)
            .putShort((short) entries.size())
            .putShort((short) entries.size())
            .putInt(directory.size())
            .putInt(start)
            .putShort((short) 0)
            .array());
    return out.toByteArray();
  }

  /** What an entry's own header and that in the directory have in common. */
  private static byte[] zipHeader(String name, byte[] data) {
    CRC32 checksum = new CRC32();
    checksum.update(data);
    return little(26)
        .putShort((short) 20)
        .putInt(0)
        .putInt(0)
        .putInt((int) checksum.getValue())
        .putInt(data.length)
        .putInt(data.length)
        .putShort((short) name.length())
        .putShort((short) 0)
        .array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** An archive of compressed entries, by the JDK. */
  static byte[] compressed(Map<String, byte[]> entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static Path write(Path path, byte[] bytes) {
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path path, byte[] pickle, Map<String, byte[]> storages) {
    return write(path, zip(entries(pickle, storages)));
  }

  static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static TorchDict dict(TorchValue value) {
    return (TorchDict) value;
  }

  static TorchValue at(TorchValue dict, String key) {
    return dict(dict).get(key).orElseThrow();
  }
}
