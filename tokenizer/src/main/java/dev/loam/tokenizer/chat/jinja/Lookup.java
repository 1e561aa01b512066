// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;
import java.util.Optional;

/** Attributes and items, by Jinja's rules. */
final class Lookup {
  private Lookup() {}

  /** {@code object.name}: the attribute, else the item. */
  static Value attribute(Value object, String name, RunContext runtime) {
    Optional<Value> member = member(object, name, runtime);
    if (member.isPresent()) {
      return member.get();
    }
    Optional<Value> item = object instanceof Dict dict ? dict.get(name) : Optional.empty();
    return item.orElseGet(() -> missing(object, name));
  }

  /** {@code object[index]}: the item, else the attribute. */
  static Value item(Value object, Value index, RunContext runtime) {
    if (object instanceof Value.Undefined undefined) {
      throw undefined.fault();
    }
    Optional<Value> item = itemOnly(object, index, runtime);
    if (item.isPresent()) {
      return item.get();
    } else if (index instanceof Text name) {
      return member(object, name.string(), runtime).orElseGet(() -> missing(object, name.string()));
    }
    return new Value.Undefined("the " + object.type() + " has no such element");
  }

  private static Value missing(Value object, String name) {
    return new Value.Undefined("the " + object.type() + " has no attribute '" + name + "'");
  }

  private static Optional<Value> itemOnly(Value object, Value index, RunContext runtime) {
    if (object instanceof Dict dict) {
      return isHashable(index) ? dict.get(index) : Optional.empty();
    } else if (!Numbers.isInteger(index)) {
      return Optional.empty();
    }
    long i = Numbers.toLong(index);
    if (object instanceof Text text) {
      long at = i < 0 ? i + text.length() : i;
      if (at < 0 || at >= text.length()) {
        return Optional.empty();
      }
      runtime.budget().read(text.string().length());
      int start = text.offset((int) at);
      int end = start + Character.charCount(text.string().codePointAt(start));
      return Optional.of(TextBuilder.part(text, start, end, runtime.budget()));
    } else if (object instanceof Value.Items items) {
      return element(items.values(), i);
    } else if (object instanceof Value.Range range) {
      return element(range.values(), i);
    }
    return Optional.empty();
  }

  private static boolean isHashable(Value index) {
    return !(index instanceof Dict || (index instanceof Value.Items items && items.isList()));
  }

  private static Optional<Value> element(List<Value> values, long index) {
    long at = index < 0 ? index + values.size() : index;
    return at < 0 || at >= values.size() ? Optional.empty() : Optional.of(values.get((int) at));
  }

  /** What Python's {@code getattr} finds. */
  static Optional<Value> member(Value object, String name, RunContext runtime) {
    if (object instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (name.startsWith("__")) {
      throw new Fault("the attribute '" + name + "' is not supported");
    } else if (object instanceof Value.WithAttributes attributes) {
      Optional<Value> found = attributes.attribute(name);
      return name.startsWith("_") ? found.map(v -> unsafe(object, name)) : found;
    } else if (object instanceof Value.Items items && items.kind() == Value.Items.Kind.GROUP) {
      if (name.equals("grouper") || name.equals("list")) {
        return Optional.of(items.values().get(name.equals("list") ? 1 : 0));
      }
    } else if (object instanceof Value.Callable) {
      throw new Fault("functions have no attributes here");
    }
    return Methods.find(object, name);
  }

  /** What stands for an attribute that may not be used: to look at it is no error. */
  static Value unsafe(Value object, String name) {
    return new Value.Undefined(
        "the attribute '" + name + "' of a " + object.type() + " may not be used in templates");
  }
}
