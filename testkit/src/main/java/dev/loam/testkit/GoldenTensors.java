// SPDX-License-Identifier: Apache-2.0
package dev.loam.testkit;

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

/**
 * The tensors of a small, trusted safetensors file, read without the code under test: no checks,
 * all values as doubles.
 */
public final class GoldenTensors {
  private final JsonNode header;
  private final ByteBuffer bytes;
  private final int data;

  /** Reads a file. */
  public GoldenTensors(Path file) {
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int headerBytes = (int) bytes.getLong(0);
      data = 8 + headerBytes;
      header =
          new ObjectMapper()
              .readTree(new String(bytes.array(), 8, headerBytes, StandardCharsets.UTF_8));
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

  /** A tensor's sizes. */
  public int[] shape(String name) {
    JsonNode shape = entry(name).path("shape");
    int[] sizes = new int[shape.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = shape.get(i).asInt();
    }
    return sizes;
  }

  /** A tensor's values, in row-major order. */
  public double[] doubles(String name) {
    JsonNode entry = entry(name);
    int begin = data + entry.path("data_offsets").get(0).asInt();
    int end = data + entry.path("data_offsets").get(1).asInt();
    String type = entry.path("dtype").asText();
    int size = type.endsWith("64") ? 8 : 4;
    double[] values = new double[(end - begin) / size];
    for (int i = 0; i < values.length; i++) {
      int at = begin + size * i;
      values[i] =
          switch (type) {
            case "F64" -> bytes.getDouble(at);
            case "F32" -> bytes.getFloat(at);
            case "I64" -> bytes.getLong(at);
            case "I32" -> bytes.getInt(at);
            default -> throw new IllegalArgumentException(name + " is " + type);
          };
    }
    return values;
  }

  /** An integer tensor's values, in row-major order. */
  public long[] longs(String name) {
    double[] values = doubles(name);
    long[] longs = new long[values.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = (long) values[i];
    }
    return longs;
  }

  private JsonNode entry(String name) {
    JsonNode entry = header.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return entry;
  }
}
