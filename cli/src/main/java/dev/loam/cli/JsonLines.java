// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Batches for programs: a JSON object on each line of the input gives one on each of the output.
 */
final class JsonLines {
  private static final int SHOWN = 60;

  private JsonLines() {}

  /**
   * Turns each line into another.
   *
   * @param keys the members that objects may have
   */
  static void transform(
      Path input, Set<String> keys, Output output, Function<Line, Map<String, ?>> turn)
      throws IOException {
    read(
        input,
        keys,
        line -> output.stream().write((JsonText.write(turn.apply(line)) + "\n").getBytes(UTF_8)));
  }

  /** All lines of a file. */
  static List<Line> read(Path input, Set<String> keys) throws IOException {
    List<Line> lines = new ArrayList<>();
    read(input, keys, lines::add);
    return lines;
  }

  private interface LineConsumer {
    void take(Line line) throws IOException;
  }

  private static void read(Path input, Set<String> keys, LineConsumer each) throws IOException {
    try (TextInput text = new TextInput(input, "one JSON object on each line")) {
      long number = 0;
      for (Optional<String> json = text.nextLine(); json.isPresent(); json = text.nextLine()) {
        number++;
        each.take(Line.parse(input + ":" + number, json.get(), keys));
      }
    }
  }

  /**
   * One object.
   *
   * @param place the file and the line
   */
  record Line(String place, JsonNode object) {
    private static Line parse(String place, String json, Set<String> keys) {
      if (json.isBlank()) {
        throw new UsageException(place + ": the line is blank; expected a JSON object");
      }
      JsonNode node = JsonText.parse(json, place);
      if (!node.isObject()) {
        throw new UsageException(place + ": expected a JSON object, found " + shown(node));
      }
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        if (!keys.contains(member.getKey())) {
          throw new UsageException(
              place
                  + ": unknown key \""
                  + member.getKey()
                  + "\"; known are "
                  + new TreeSet<>(keys));
        }
      }
      return new Line(place, node);
    }

    String text(String key) {
      JsonNode value = object.path(key);
      if (!value.isTextual()) {
        throw wrong(key, "a string", value);
      }
      return value.textValue();
    }

    boolean flag(String key, boolean absent) {
      JsonNode value = object.path(key);
      if (value.isMissingNode()) {
        return absent;
      }
      if (!value.isBoolean()) {
        throw wrong(key, "true or false", value);
      }
      return value.booleanValue();
    }

    int[] ids(String key) {
      JsonNode value = object.path(key);
      if (!value.isArray()) {
        throw wrong(key, "a list of token ids", value);
      }
      int[] ids = new int[value.size()];
      for (int i = 0; i < ids.length; i++) {
        JsonNode id = value.get(i);
        if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
          throw wrong(key + "[" + i + "]", "a token id", id);
        }
        ids[i] = id.intValue();
      }
      return ids;
    }

    private UsageException wrong(String key, String expected, JsonNode value) {
      return new UsageException(
          place
              + ": \""
              + key
              + "\" must be "
              + expected
              + ", "
              + (value.isMissingNode() ? "it is missing" : "not " + shown(value)));
    }

    private static String shown(JsonNode node) {
      String text = node.toString();
      return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
  }
}
