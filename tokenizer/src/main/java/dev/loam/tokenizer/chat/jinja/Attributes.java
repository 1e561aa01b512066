// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A path such as {@code address.city} or {@code names.0} into values, as filters take it. */
record Attributes(List<Value> path, Optional<Value> absent) {
  static Attributes of(Optional<Value> attribute) {
    return of(attribute, Optional.empty());
  }

  /**
   * A path.
   *
   * @param attribute a string, an integer, or nothing for the value itself
   * @param absent what stands for what is not there
   */
  static Attributes of(Optional<Value> attribute, Optional<Value> absent) {
    List<Value> path = new ArrayList<>();
    attribute.filter(a -> !(a instanceof Value.None)).ifPresent(a -> addTo(path, a));
    return new Attributes(path, absent.filter(a -> !(a instanceof Value.None)));
  }

  private static void addTo(List<Value> path, Value attribute) {
    if (!(attribute instanceof Text text)) {
      path.add(attribute);
      return;
    }
    for (String part : text.string().split("\\.", -1)) {
      boolean number = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
      path.add(number ? Literals.integer(part) : Text.of(part, Origin.TEMPLATE));
    }
  }

  Value get(Value value, RunContext runtime) {
    Value found = value;
    for (Value part : path) {
      found = Lookup.item(found, part, runtime);
      if (found instanceof Value.Undefined && absent.isPresent()) {
        found = absent.get();
      }
    }
    return found;
  }

  /** The value to compare by: without regard to case, unless asked for. */
  Value key(Value value, boolean caseSensitive, RunContext runtime) {
    Value found = get(value, runtime);
    return !caseSensitive && found instanceof Text text ? Case.lower(text, runtime) : found;
  }
}
