// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The methods of values. What would change a value is not to be used; what is not known is refused.
 */
final class Methods {
  private static final Set<String> DICT_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
  private static final Set<String> NUMBER =
      Set.of(
          "as_integer_ratio",
          "bit_count",
          "bit_length",
          "conjugate",
          "denominator",
          "from_bytes",
          "fromhex",
          "hex",
          "imag",
          "is_integer",
          "numerator",
          "real",
          "to_bytes");
  private static final Set<String> OTHERS =
      Set.of(
          "close",
          "count",
          "gi_code",
          "gi_frame",
          "gi_running",
          "gi_suspended",
          "gi_yieldfrom",
          "index",
          "isdisjoint",
          "mapping",
          "send",
          "start",
          "step",
          "stop",
          "throw");

  private Methods() {}

  static Optional<Value> find(Value object, String name) {
    if (object instanceof Text text) {
      return TextMethods.find(text, name);
    } else if (object instanceof Dict dict) {
      return dictMethod(dict, name);
    } else if (object instanceof Value.Items items) {
      return itemsMethod(items, name);
    } else if (Numbers.isNumber(object) ? NUMBER.contains(name) : isOther(object, name)) {
      throw unsupported(object, name);
    }
    return Optional.empty();
  }

  private static boolean isOther(Value object, String name) {
    return !(object instanceof Value.None) && OTHERS.contains(name);
  }

  private static Fault unsupported(Value object, String name) {
    return new Fault("'" + name + "' of a " + object.type() + " is not supported");
  }

  private static Optional<Value> method(String name, Value.Function.Body body) {
    return Optional.of(new Value.Function(name, body));
  }

  private static Optional<Value> dictMethod(Dict dict, String name) {
    if (DICT_CHANGES.contains(name)) {
      return Optional.of(Lookup.unsafe(dict, name));
    }
    return switch (name) {
      case "items", "keys", "values" -> method(name, (a, runtime) -> view(dict, name, a, runtime));
      case "get" -> method(name, (a, runtime) -> get(dict, a));
      case "copy", "fromkeys" -> throw unsupported(dict, name);
      default -> Optional.empty();
    };
  }

  private static Value get(Dict dict, Arguments arguments) {
    Arguments.Bound bound = arguments.bindPositional("get", "key", "default");
    return dict.get(bound.required("key"))
        .or(() -> bound.get("default"))
        .orElse(new Value.None(Origin.TEMPLATE));
  }

  static Value view(Dict dict, String kind, Arguments arguments, RunContext runtime) {
    arguments.bindPositional(kind);
    Budget budget = runtime.budget();
    List<Value> values =
        switch (kind) {
          case "items" -> dict.items(budget);
          case "keys" -> dict.keys(budget);
          default -> dict.values(budget);
        };
    return new Value.View(dict, kind, values);
  }

  private static Optional<Value> itemsMethod(Value.Items items, String name) {
    if (items.isList() && LIST_CHANGES.contains(name)) {
      return Optional.of(Lookup.unsafe(items, name));
    }
    return switch (name) {
      case "count" -> method(name, (a, runtime) -> count(items, a, runtime));
      case "index" -> method(name, (a, runtime) -> index(items, a, runtime));
      case "copy" -> {
        if (items.isList()) {
          throw unsupported(items, name);
        }
        yield Optional.empty();
      }
      default -> Optional.empty();
    };
  }

  private static Value count(Value.Items items, Arguments arguments, RunContext runtime) {
    Value value = arguments.bindPositional("count", "value").required("value");
    return Value.Int.of(
        items.values().stream().filter(v -> Comparison.equal(v, value, runtime.budget())).count());
  }

  private static Value index(Value.Items items, Arguments arguments, RunContext runtime) {
    Value value = arguments.bindPositional("index", "value").required("value");
    for (int i = 0; i < items.values().size(); i++) {
      if (Comparison.equal(items.values().get(i), value, runtime.budget())) {
        return Value.Int.of(i);
      }
    }
    throw new Fault("the value is not in the " + items.type());
  }
}
