// SPDX-License-Identifier: Apache-2.0
package dev.loam.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** Integer tensors of a small safetensors file, row by row. */
public final class GoldenTensors {
  private final ByteBuffer bytes;
  private final JsonNode header;
  private final int dataStart;

  public GoldenTensors(Path file) {
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      dataStart = Math.toIntExact(Long.BYTES + bytes.getLong(0));
      byte[] json = new byte[dataStart - Long.BYTES];
      bytes.get(Long.BYTES, json);
      header = new ObjectMapper().readTree(new String(json, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The names of all tensors. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    header.fieldNames().forEachRemaining(names::add);
    names.remove("__metadata__");
    return names;
  }

  public boolean has(String name) {
    return header.has(name);
  }

  public int columns(String name) {
    return header.path(name).path("shape").path(1).asInt();
  }

  /** All elements of a tensor. */
  public int[] ints(String name) {
    return ints(name, 0, count(name));
  }

  /** One row of a matrix. */
  public int[] row(String name, int row) {
    int columns = columns(name);
    return ints(name, row * columns, columns);
  }

  private int size(String name) {
    String type = header.path(name).path("dtype").asText();
    return type.equals("I64") ? 8 : type.equals("I32") ? 4 : 1;
  }

  private int count(String name) {
    JsonNode offsets = header.path(name).path("data_offsets");
    return (offsets.path(1).asInt() - offsets.path(0).asInt()) / size(name);
  }

  private int[] ints(String name, int first, int count) {
    int size = size(name);
    int from = dataStart + header.path(name).path("data_offsets").path(0).asInt() + first * size;
    int[] all = new int[count];
    for (int i = 0; i < all.length; i++) {
      int at = from + i * size;
      all[i] =
          switch (size) {
            case 8 -> Math.toIntExact(bytes.getLong(at));
            case 4 -> bytes.getInt(at);
            default -> bytes.get(at);
          };
    }
    return all;
  }
}
