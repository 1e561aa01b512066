// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays out a header as the reference implementation does, byte for byte. */
final class HeaderWriter {
  private static final int ALIGNMENT = 8;

  private HeaderWriter() {}

  /** The length and the header, padded with spaces; tensors in the order of their data. */
  static ByteBuffer write(List<NamedTensor> tensors, Map<String, String> metadata) {
    StringBuilder json = new StringBuilder("{");
    if (!metadata.isEmpty()) {
      appendMetadata(json, metadata);
    }
    long offset = 0;
    for (NamedTensor tensor : tensors) {
      long end = Math.addExact(offset, tensor.bytes());
      separate(json);
      appendEntry(json, tensor, offset, end);
      offset = end;
    }
    byte[] text = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
    int padding = Math.floorMod(-text.length, ALIGNMENT);
    ByteBuffer header =
        ByteBuffer.allocate(Long.BYTES + text.length + padding).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(text.length + padding).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private static void appendMetadata(StringBuilder json, Map<String, String> metadata) {
    json.append("\"__metadata__\":{");
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              separate(json);
              Text.appendJson(json, key, false);
              json.append(':');
              Text.appendJson(json, value, false);
            });
    json.append('}');
  }

  private static void appendEntry(StringBuilder json, NamedTensor tensor, long begin, long end) {
    Text.appendJson(json, tensor.name(), false);
    json.append(":{\"dtype\":\"").append(tensor.type()).append("\",\"shape\":[");
    for (long size : tensor.shape().toArray()) {
      separate(json);
      json.append(size);
    }
    json.append("],\"data_offsets\":[").append(begin).append(',').append(end).append("]}");
  }

  private static void separate(StringBuilder json) {
    char last = json.charAt(json.length() - 1);
    if (last != '{' && last != '[') {
      json.append(',');
    }
  }
}
