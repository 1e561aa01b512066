// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Going through values. */
final class Sequences {
  private Sequences() {}

  /** What a loop over the value goes through. */
  static List<Value> of(Value value, Budget budget) {
    if (value instanceof Value.Items items) {
      return items.values();
    } else if (value instanceof Value.View view) {
      return view.values();
    } else if (value instanceof Value.Range range) {
      return range.values();
    } else if (value instanceof Iteration iteration) {
      return iteration.take();
    } else if (value instanceof Dict dict) {
      return dict.keys(budget);
    } else if (value instanceof Text text) {
      return characters(text, budget);
    } else if (value instanceof Value.Undefined) {
      return List.of();
    }
    throw new Fault("a value of type " + value.type() + " cannot be gone through");
  }

  /** A list of its own with the same values. */
  static List<Value> copy(Value value, Budget budget) {
    List<Value> values = of(value, budget);
    budget.elements(values.size());
    budget.steps(values.size());
    return new ArrayList<>(values);
  }

  static boolean isIterable(Value value) {
    return value instanceof Value.Items
        || value instanceof Value.View
        || value instanceof Value.Range
        || value instanceof Iteration
        || value instanceof Dict
        || value instanceof Text
        || value instanceof Value.Undefined
        || value instanceof Loop;
  }

  /** What {@code len} gives. */
  static OptionalInt length(Value value) {
    if (value instanceof Text text) {
      return OptionalInt.of(text.length());
    } else if (value instanceof Value.Items items) {
      return OptionalInt.of(items.values().size());
    } else if (value instanceof Dict dict) {
      return OptionalInt.of(dict.size());
    } else if (value instanceof Value.View view) {
      return OptionalInt.of(view.values().size());
    } else if (value instanceof Value.Range range) {
      return OptionalInt.of(range.values().size());
    } else if (value instanceof Value.Undefined) {
      return OptionalInt.of(0);
    } else if (value instanceof Loop loop) {
      return OptionalInt.of(loop.length());
    }
    return OptionalInt.empty();
  }

  private static List<Value> characters(Text text, Budget budget) {
    budget.elements(4L * text.length());
    budget.steps(text.length());
    List<Value> characters = new ArrayList<>(text.length());
    for (int i = 0; i < text.string().length(); ) {
      int end = i + Character.charCount(text.string().codePointAt(i));
      characters.add(Text.of(text.string().substring(i, end), text.origin(text.runAt(i))));
      i = end;
    }
    return characters;
  }
}
