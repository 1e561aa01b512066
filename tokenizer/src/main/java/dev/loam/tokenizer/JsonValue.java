// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A value of a JSON file that knows where it stands, so that every complaint can say it.
 *
 * @param path where it stands, such as {@code $.model.type}; written only when it is asked for
 */
record JsonValue(Path file, Supplier<String> path, JsonNode node) {
  /** More than any published tokenizer by far; keeps a hostile file from filling the memory. */
  private static final long MAX_BYTES = 128L << 20;

  private static final int SHOWN = 80;

  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  // A vocabulary's keys all differ: a table of known ones only costs time.
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The root of a JSON file, which must be an object. */
  static JsonValue read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new TokenizerFormatException(
          file
              + (Files.exists(file) ? ": not a file" : ": no such file")
              + "; expected a tokenizer as Hugging Face's library saves it");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new TokenizerFormatException(
            file + ": " + size + " bytes, more than the " + MAX_BYTES + " that are read");
      }
      JsonValue root = new JsonValue(file, () -> "$", MAPPER.readTree(Files.readString(file)));
      root.requireObject();
      return root;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String place =
          at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new TokenizerFormatException(
          file + ": not valid JSON" + place + ": " + e.getOriginalMessage(), e);
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new TokenizerFormatException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The complaint that something is wrong here. */
  TokenizerFormatException problem(String what) {
    return new TokenizerFormatException(file + ": " + path.get() + ": " + what);
  }

  /** The complaint that something else was expected here. */
  TokenizerFormatException expected(String what) {
    return problem("expected " + what + ", found " + shown());
  }

  /** The member with this key; empty where it is absent or null. */
  Optional<JsonValue> get(String key) {
    JsonNode member = node.path(key);
    return member.isMissingNode() || member.isNull()
        ? Optional.empty()
        : Optional.of(member(key, member));
  }

  /** The member with this key, which must be there. */
  JsonValue required(String key) {
    return get(key).orElseThrow(() -> problem("the key \"" + key + "\" is missing"));
  }

  /** The member with this key, which must be an object. */
  JsonValue requiredObject(String key) {
    JsonValue value = required(key);
    value.requireObject();
    return value;
  }

  void requireObject() {
    if (!node.isObject()) {
      throw expected("an object");
    }
  }

  /** Refuses members that are not understood. */
  void allowOnly(Set<String> keys) {
    requireObject();
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      if (!keys.contains(e.getKey())) {
        throw member(e.getKey(), e.getValue())
            .problem("is not supported; known here are " + new TreeSet<>(keys));
      }
    }
  }

  /** The members of an object. */
  Iterable<Map.Entry<String, JsonNode>> members() {
    requireObject();
    return node.properties();
  }

  /** The elements of an array. */
  List<JsonValue> elements() {
    if (!node.isArray()) {
      throw expected("an array");
    }
    List<JsonValue> elements = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      int i = elements.size();
      elements.add(new JsonValue(file, () -> path.get() + "[" + i + "]", element));
    }
    return elements;
  }

  String string() {
    if (!node.isTextual()) {
      throw expected("a string");
    }
    return node.textValue();
  }

  boolean bool() {
    if (!node.isBoolean()) {
      throw expected("true or false");
    }
    return node.booleanValue();
  }

  /** A flag that counts as false where it is absent. */
  boolean flag(String key) {
    return get(key).map(JsonValue::bool).orElse(false);
  }

  int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw expected("an integer");
    }
    return node.intValue();
  }

  JsonValue member(String key, JsonNode value) {
    return new JsonValue(file, () -> path.get() + step(key), value);
  }

  private static String step(String key) {
    boolean plain =
        !key.isEmpty()
            && key.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_'));
    return plain ? "." + key : "[" + quoted(key) + "]";
  }

  /** A string as JSON writes it, cut where it is long. */
  static String quoted(String s) {
    return cut(TextNode.valueOf(s).toString());
  }

  /** The value as JSON writes it, cut where it is long. */
  String shown() {
    return node.isMissingNode() ? "nothing" : cut(node.toString());
  }

  private static String cut(String s) {
    return s.length() <= SHOWN ? s : s.substring(0, SHOWN) + "...";
  }
}
