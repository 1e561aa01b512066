// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The members of a JSON object by type. One that is null counts as absent. */
final class Fields {
  private final ObjectNode object;
  private final String place;

  /**
   * Of an object.
   *
   * @param place where it stands in the request, such as {@code stream_options.}; may be empty
   */
  Fields(ObjectNode object, String place) {
    this.object = object;
    this.place = place;
  }

  String name(String key) {
    return place + key;
  }

  Optional<JsonNode> get(String key) {
    JsonNode value = object.path(key);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  Optional<String> text(String key) {
    return get(key)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw wrong(key, "a string", value);
              }
              return value.textValue();
            });
  }

  boolean flag(String key) {
    return get(key)
        .map(
            value -> {
              if (!value.isBoolean()) {
                throw wrong(key, "true or false", value);
              }
              return value.booleanValue();
            })
        .orElse(false);
  }

  Optional<Fields> fields(String key) {
    return get(key)
        .map(
            value -> {
              if (value instanceof ObjectNode inner) {
                return new Fields(inner, name(key) + ".");
              }
              throw wrong(key, "an object", value);
            });
  }

  OptionalDouble number(String key, double least, double most) {
    Optional<JsonNode> value = get(key);
    if (value.isEmpty()) {
      return OptionalDouble.empty();
    }
    double number = value.get().doubleValue();
    if (!value.get().isNumber() || !(number >= least && number <= most)) {
      throw wrong(key, "a number from " + shown(least) + " to " + shown(most), value.get());
    }
    return OptionalDouble.of(number);
  }

  OptionalInt integer(String key, int least, int most) {
    Optional<JsonNode> value = get(key);
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    int number = value.get().intValue();
    boolean whole = value.get().isIntegralNumber() && value.get().canConvertToInt();
    if (!whole || number < least || number > most) {
      String range =
          most == Integer.MAX_VALUE ? " of at least " + least : " from " + least + " to " + most;
      throw wrong(key, "an integer" + range, value.get());
    }
    return OptionalInt.of(number);
  }

  OptionalLong longInteger(String key) {
    Optional<JsonNode> value = get(key);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!value.get().isIntegralNumber() || !value.get().canConvertToLong()) {
      throw wrong(key, "an integer of 64 bits", value.get());
    }
    return OptionalLong.of(value.get().longValue());
  }

  /** What to answer where a value is of another kind. */
  ApiException wrong(String key, String expected, JsonNode value) {
    return ApiException.invalid(
        name(key), name(key) + " must be " + expected + ", not " + excerpt(value));
  }

  static String excerpt(JsonNode value) {
    if (value.isContainerNode()) {
      return value.isArray() ? "a list" : "an object";
    }
    String text = value.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  private static String shown(double limit) {
    return limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit);
  }
}
