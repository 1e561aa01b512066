// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonToken;
import dev.loam.checkpoint.internal.JsonTokens;
import dev.loam.tensor.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses the description of one tensor. */
final class EntryParser {
  private final JsonTokens tokens;
  private final SafetensorsLimits limits;
  private final String name;
  private final String tensor;
  private @Nullable SafetensorsType type;
  private long @Nullable [] sizes;
  private long @Nullable [] offsets;

  EntryParser(JsonTokens tokens, SafetensorsLimits limits, String name) {
    this.tokens = tokens;
    this.limits = limits;
    this.name = name;
    this.tensor = "tensor " + Text.quote(name);
  }

  TensorEntry parse() throws IOException {
    tokens.next();
    tokens.require(JsonToken.START_OBJECT, tensor);
    while (tokens.next() != JsonToken.END_OBJECT) {
      String field = tokens.name();
      tokens.next();
      switch (field) {
        case "dtype" -> type = type();
        case "shape" -> sizes = numbers("shape", limits.rank());
        case "data_offsets" -> offsets = offsets();
        default -> tokens.skip();
      }
    }
    return entry(given(type, "dtype"), given(sizes, "shape"), given(offsets, "data_offsets"));
  }

  private SafetensorsType type() throws IOException {
    String given = tokens.string("the dtype of " + tensor);
    return SafetensorsType.parse(given)
        .orElseThrow(
            () ->
                tokens.fault(
                    tensor + " has the unknown dtype " + Text.quote(given),
                    "known are " + Arrays.toString(SafetensorsType.values())));
  }

  private long[] offsets() throws IOException {
    long[] pair = numbers("data_offsets", 2);
    if (pair.length != 2 || pair[0] > pair[1]) {
      throw fault("has data_offsets " + Arrays.toString(pair) + ", not a begin and an end");
    }
    return pair;
  }

  private long[] numbers(String field, int limit) throws IOException {
    tokens.require(JsonToken.START_ARRAY, field + " of " + tensor);
    List<Long> numbers = new ArrayList<>();
    while (tokens.next() != JsonToken.END_ARRAY) {
      if (numbers.size() == limit) {
        throw tokens.limit(tensor + " has more than " + limit + " numbers in its " + field, limit);
      }
      numbers.add(tokens.size(field + "[" + numbers.size() + "] of " + tensor));
    }
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private TensorEntry entry(SafetensorsType type, long[] sizes, long[] offsets) {
    long bytes;
    Shape shape;
    try {
      shape = Shape.of(sizes);
      bytes = type.bytes(shape.elements());
    } catch (ArithmeticException e) {
      throw fault(
          "of shape "
              + Arrays.toString(sizes)
              + " and dtype "
              + type
              + " has no size in bytes: "
              + e.getMessage());
    }
    if (bytes != offsets[1] - offsets[0]) {
      throw fault(
          "of shape "
              + shape
              + " and dtype "
              + type
              + " takes "
              + bytes
              + " bytes, its data_offsets "
              + Arrays.toString(offsets)
              + " span "
              + (offsets[1] - offsets[0]));
    }
    return new TensorEntry(name, type, shape, offsets[0], offsets[1]);
  }

  private <T> T given(@Nullable T value, String field) {
    if (value == null) {
      throw fault("has no " + field);
    }
    return value;
  }

  private SafetensorsException fault(String problem) {
    return tokens.fault(tensor + " " + problem, "write the file again");
  }
}
