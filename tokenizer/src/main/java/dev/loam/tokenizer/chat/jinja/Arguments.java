// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The values a function is called with. */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** Assigns them to parameters, as Python does. */
  Bound bind(String function, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new Fault(
          function
              + " takes at most "
              + parameters.length
              + " arguments, not "
              + positional.size());
    }
    Map<String, Value> values = new HashMap<>();
    for (int i = 0; i < positional.size(); i++) {
      values.put(parameters[i], positional.get(i));
    }
    named.forEach(
        (name, value) -> {
          if (!Arrays.asList(parameters).contains(name)) {
            throw new Fault(function + " has no parameter '" + name + "'");
          } else if (values.put(name, value) != null) {
            throw new Fault(function + " is given '" + name + "' twice");
          }
        });
    return new Bound(function, values);
  }

  /** The same for functions without parameter names. */
  Bound bindPositional(String function, String... parameters) {
    if (!named.isEmpty()) {
      throw new Fault(function + " takes no keyword arguments");
    }
    return bind(function, parameters);
  }

  /** Without the first so many. */
  Arguments from(int first) {
    return new Arguments(positional.subList(first, positional.size()), named);
  }

  /** With one more by name. */
  Arguments with(String name, Value value) {
    Map<String, Value> more = new LinkedHashMap<>(named);
    if (more.put(name, value) != null) {
      throw new Fault("the argument '" + name + "' is given twice");
    }
    return new Arguments(new ArrayList<>(positional), more);
  }

  /** Arguments by parameter. */
  record Bound(String function, Map<String, Value> values) {
    Optional<Value> get(String name) {
      return Optional.ofNullable(values.get(name));
    }

    /** One that is given, and not None. */
    Optional<Value> some(String name) {
      return get(name).filter(v -> !(v instanceof Value.None));
    }

    Value required(String name) {
      return get(name).orElseThrow(() -> new Fault(function + " needs the argument " + name));
    }

    boolean flag(String name) {
      return get(name).map(Truth::of).orElse(false);
    }

    Text text(String name) {
      Value value = required(name);
      if (value instanceof Text text) {
        return text;
      }
      throw wrong(name, "a string", value);
    }

    Text text(String name, String absent) {
      return values.containsKey(name) ? text(name) : Text.of(absent, Origin.TEMPLATE);
    }

    long integer(String name, long absent) {
      return get(name).map(v -> integer(name, v)).orElse(absent);
    }

    long integer(String name) {
      return integer(name, required(name));
    }

    private long integer(String name, Value value) {
      if (value instanceof Value.Int number) {
        return number.value();
      } else if (value instanceof Value.Bool bool) {
        return bool.value() ? 1 : 0;
      }
      throw wrong(name, "an integer", value);
    }

    private Fault wrong(String name, String expected, Value value) {
      return new Fault(
          "the argument "
              + name
              + " of "
              + function
              + " must be "
              + expected
              + ", not a value of"
              + " type "
              + value.type());
    }
  }
}
