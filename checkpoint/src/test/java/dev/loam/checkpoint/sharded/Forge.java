// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.safetensors.ByteSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Makes checkpoints with right digests and whatever contents. */
final class Forge {
  private static final int BLOCK = 4096;

  private final Path folder;
  private final Map<String, FileDigests> files = new TreeMap<>();
  private final StringBuilder header = new StringBuilder("{");
  private long data;

  Forge(Path folder) {
    this.folder = folder;
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor of bytes under a key of the file to come. */
  Forge with(String key, long... shape) {
    return with("U8", 1, key, shape);
  }

  Forge with(String type, int width, String key, long... shape) {
    long bytes = width;
    StringBuilder sizes = new StringBuilder();
    for (long size : shape) {
      bytes *= size;
      sizes.append(sizes.isEmpty() ? "" : ",").append(size);
    }
    header.append(header.length() > 1 ? "," : "");
    header.append('"').append(key).append("\":{\"dtype\":\"").append(type);
    header.append("\",\"shape\":[").append(sizes).append("],\"data_offsets\":[");
    header.append(data).append(',').append(data += bytes).append("]}");
    return this;
  }

  /** Writes a file with the tensors since the last one. */
  Forge file(String name) {
    byte[] text = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + (int) data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    header.setLength(1);
    data = 0;
    return file(name, bytes.array());
  }

  /** Writes any file. */
  Forge file(String name, byte[] contents) {
    try {
      Files.deleteIfExists(folder.resolve(name));
      files.put(
          name,
          DigestOutput.write(
              Storage.disk(),
              folder.resolve(name),
              BLOCK,
              (ByteSink sink) -> sink.write(ByteBuffer.wrap(contents))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Lists one of the files under another name, without writing it. */
  Forge alias(String name, String as) {
    FileDigests digests = files.remove(name);
    files.put(as, digests == null ? FileDigests.NONE : digests);
    return this;
  }

  /** The folder with its manifest. */
  Path forged() {
    return sealed(ManifestWriter.write(new Manifest(1, BLOCK, Map.of(), files)));
  }

  /** The folder with a manifest of this text, as far as the seal. */
  Path sealed(String body) {
    return sealed(ManifestSeal.append(body));
  }

  private Path sealed(byte[] manifest) {
    try {
      Files.write(folder.resolve("manifest.json"), manifest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }
}
