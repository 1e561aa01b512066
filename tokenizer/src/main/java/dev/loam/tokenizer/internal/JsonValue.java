// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.loam.tokenizer.TokenizerFormatException;
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
public record JsonValue(Path file, Supplier<String> path, JsonNode node) {
  /** The root of a JSON file, which must be an object. */
  public static JsonValue read(Path file) {
    return JsonCursor.read(file, JsonCursor::value);
  }

  /** The complaint that something is wrong here. */
  public TokenizerFormatException problem(String what) {
    return new TokenizerFormatException(file + ": " + path.get() + ": " + what);
  }

  /** The complaint that something else was expected here. */
  public TokenizerFormatException expected(String what) {
    return problem("expected " + what + ", found " + shown());
  }

  /** The complaint that a member is missing. */
  public TokenizerFormatException missing(String key) {
    return problem("the key \"" + key + "\" is missing");
  }

  /** The complaint that this member is not understood. */
  public TokenizerFormatException unknown(Set<String> known) {
    return problem("is not supported; known here are " + new TreeSet<>(known));
  }

  /** The member with this key; empty where it is absent or null. */
  public Optional<JsonValue> get(String key) {
    JsonNode member = node.path(key);
    return member.isMissingNode() || member.isNull()
        ? Optional.empty()
        : Optional.of(member(key, member));
  }

  /** The member with this key, which must be there. */
  public JsonValue required(String key) {
    return get(key).orElseThrow(() -> missing(key));
  }

  /** The member with this key, which must be an object. */
  public JsonValue requiredObject(String key) {
    JsonValue value = required(key);
    value.requireObject();
    return value;
  }

  public void requireObject() {
    if (!node.isObject()) {
      throw expected("an object");
    }
  }

  /** Refuses members that are not understood. */
  public void allowOnly(Set<String> keys) {
    requireObject();
    for (Map.Entry<String, JsonNode> e : node.properties()) {
      if (!keys.contains(e.getKey())) {
        throw member(e.getKey(), e.getValue()).unknown(keys);
      }
    }
  }

  /** The members of an object. */
  public Iterable<Map.Entry<String, JsonNode>> members() {
    requireObject();
    return node.properties();
  }

  /** The elements of an array. */
  public List<JsonValue> elements() {
    if (!node.isArray()) {
      throw expected("an array");
    }
    List<JsonValue> elements = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      elements.add(new JsonValue(file, element(elements.size()).path(), element));
    }
    return elements;
  }

  /** The place of an element of this array, without its value. */
  public JsonValue element(int index) {
    return new JsonValue(
        file, () -> path.get() + JsonPath.element(index), MissingNode.getInstance());
  }

  public String string() {
    if (!node.isTextual()) {
      throw expected("a string");
    }
    return node.textValue();
  }

  public boolean bool() {
    if (!node.isBoolean()) {
      throw expected("true or false");
    }
    return node.booleanValue();
  }

  /** A flag that counts as false where it is absent. */
  public boolean flag(String key) {
    return get(key).map(JsonValue::bool).orElse(false);
  }

  public int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw expected("an integer");
    }
    return node.intValue();
  }

  /** The member with this key, whether it is there or not. */
  public JsonValue child(String key) {
    return member(key, node.path(key));
  }

  /** A string that stands in for a member. */
  public JsonValue text(String key, String value) {
    return member(key, TextNode.valueOf(value));
  }

  public JsonValue member(String key, JsonNode value) {
    return new JsonValue(file, () -> path.get() + JsonPath.member(key), value);
  }

  /** A string as JSON writes it, cut where it is long. */
  public static String quoted(String s) {
    return JsonExcerpt.cut(TextNode.valueOf(s).toString());
  }

  /** The value as JSON writes it, cut where it is long. */
  public String shown() {
    return node.isMissingNode() ? "nothing" : JsonExcerpt.cut(node.toString());
  }
}
