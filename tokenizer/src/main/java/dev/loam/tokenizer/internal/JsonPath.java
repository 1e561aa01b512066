// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.internal;

import com.fasterxml.jackson.core.JsonStreamContext;

/** Places in a JSON file, such as {@code $.model.merges[3]}. */
final class JsonPath {
  private JsonPath() {}

  static String of(JsonStreamContext context) {
    JsonStreamContext parent = context.getParent();
    String path = parent == null ? "$" : of(parent);
    if (context.inObject() && context.hasCurrentName()) {
      return path + member(context.getCurrentName());
    }
    return context.inArray() && context.hasCurrentIndex()
        ? path + element(context.getCurrentIndex())
        : path;
  }

  /** The step to a member of an object. */
  static String member(String key) {
    boolean plain =
        !key.isEmpty()
            && key.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_'));
    return plain ? "." + JsonExcerpt.cut(key) : "[" + JsonValue.quoted(key) + "]";
  }

  /** The step to an element of an array. */
  static String element(int index) {
    return "[" + index + "]";
  }
}
