// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.StringJoiner;

/** Writes small files without waiting for the disk. */
final class PlainSafetensors {
  private PlainSafetensors() {}

  static Path write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    StringJoiner header = new StringJoiner(",", "{", "}");
    StringJoiner text = new StringJoiner(",", "\"__metadata__\":{", "}");
    metadata.forEach((key, value) -> text.add("\"%s\":\"%s\"".formatted(key, value)));
    header.add(text.toString());
    long at = 0;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      long end = at + tensor.getValue().elements() * tensor.getValue().dtype().bytes();
      header.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(
                  tensor.getKey(), tensor.getValue().dtype(), tensor.getValue().shape(), at, end));
      at = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try {
      Files.createDirectories(file.resolveSibling("."));
      try (OutputStream out = Files.newOutputStream(file)) {
        out.write(
            ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
        out.write(json);
        for (Tensor tensor : tensors.values()) {
          out.write(HexFormat.of().parseHex(TinyWeights.hex(tensor)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
