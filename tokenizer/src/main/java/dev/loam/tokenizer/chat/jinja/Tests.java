// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** The tests there are, which stand behind {@code is}. */
final class Tests {
  private static final Map<String, Test> ALL = all();

  /** What a test asks of a value. */
  interface Test {
    boolean apply(Value value, Arguments arguments, RunContext runtime);
  }

  private Tests() {}

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  static boolean apply(String name, Value value, Arguments arguments, RunContext runtime) {
    Test test = ALL.get(name);
    if (test == null) {
      throw new Fault("there is no test '" + name + "' here");
    }
    return test.apply(value, arguments, runtime);
  }

  private static Map<String, Test> all() {
    Map<String, Test> all = new HashMap<>();
    addKinds(all);
    addComparisons(all);
    all.put("odd", (v, a, r) -> noArguments("odd", a) && remainder(v, r) == 1);
    all.put("even", (v, a, r) -> noArguments("even", a) && remainder(v, r) == 0);
    all.put("divisibleby", Tests::divisible);
    all.put("lower", (v, a, r) -> hasCase("islower", v, a, r));
    all.put("upper", (v, a, r) -> hasCase("isupper", v, a, r));
    all.put("sameas", Tests::same);
    all.put("in", (v, a, r) -> Comparison.contains(other("in", "seq", a), v, r.budget()));
    all.put("filter", (v, a, r) -> exists("filter", v, Filters.exists(name(v)), a));
    all.put("test", (v, a, r) -> exists("test", v, exists(name(v)), a));
    return all;
  }

  private static void addKinds(Map<String, Test> all) {
    put(all, "defined", v -> !(v instanceof Value.Undefined));
    put(all, "undefined", v -> v instanceof Value.Undefined);
    put(all, "none", v -> v instanceof Value.None);
    put(all, "boolean", v -> v instanceof Value.Bool);
    put(all, "true", v -> v instanceof Value.Bool bool && bool.value());
    put(all, "false", v -> v instanceof Value.Bool bool && !bool.value());
    put(all, "integer", v -> v instanceof Value.Int);
    put(all, "float", v -> v instanceof Value.Real);
    put(all, "number", Numbers::isNumber);
    put(all, "string", v -> v instanceof Text);
    put(all, "mapping", v -> v instanceof Dict);
    put(all, "iterable", Sequences::isIterable);
    put(
        all,
        "callable",
        v -> v instanceof Value.Callable || v instanceof Value.Undefined || v instanceof Loop);
    put(
        all,
        "sequence",
        v ->
            v instanceof Text
                || v instanceof Value.Items
                || v instanceof Dict
                || v instanceof Value.Range
                || v instanceof Value.Undefined);
    put(all, "escaped", v -> false);
  }

  private static void put(Map<String, Test> all, String name, Predicate<Value> test) {
    all.put(name, (value, arguments, r) -> noArguments(name, arguments) && test.test(value));
  }

  private static boolean noArguments(String name, Arguments arguments) {
    arguments.bindPositional(name);
    return true;
  }

  private static void addComparisons(Map<String, Test> all) {
    Map<String, String> operators = new HashMap<>();
    operators.putAll(Map.of("eq", "==", "equalto", "==", "==", "==", "ne", "!=", "!=", "!="));
    operators.putAll(Map.of("lt", "<", "lessthan", "<", "<", "<", "le", "<=", "<=", "<="));
    operators.putAll(Map.of("gt", ">", "greaterthan", ">", ">", ">", "ge", ">=", ">=", ">="));
    operators.forEach(
        (name, operator) ->
            all.put(
                name,
                (v, a, r) ->
                    Comparison.test(
                        operator, v, a.bindPositional(name, "b").required("b"), r.budget())));
  }

  private static Value other(String test, String parameter, Arguments arguments) {
    return arguments.bind(test, parameter).required(parameter);
  }

  private static double remainder(Value value, RunContext runtime) {
    if (value instanceof Text) {
      throw new Fault("a string is neither odd nor even");
    }
    return Numbers.toDouble(Arithmetic.apply("%", value, Value.Int.of(2), runtime));
  }

  private static boolean divisible(Value value, Arguments arguments, RunContext runtime) {
    Value by = other("divisibleby", "num", arguments);
    if (value instanceof Text) {
      throw new Fault("a string is not divisible");
    }
    return Numbers.toDouble(Arithmetic.apply("%", value, by, runtime)) == 0;
  }

  private static boolean hasCase(
      String method, Value value, Arguments arguments, RunContext runtime) {
    arguments.bindPositional(method);
    return CharTests.test(method, Repr.text(value, runtime));
  }

  private static boolean same(Value value, Arguments arguments, RunContext runtime) {
    Value other = other("sameas", "other", arguments);
    if (value instanceof Value.Bool a) {
      return other instanceof Value.Bool b && a.value() == b.value();
    } else if (value instanceof Value.None || other instanceof Value.None) {
      return value instanceof Value.None && other instanceof Value.None;
    } else if (other instanceof Value.Bool || !value.type().equals(other.type())) {
      return false;
    }
    throw new Fault("sameas is supported for true, false and none only");
  }

  private static String name(Value value) {
    return value instanceof Text text ? text.string() : "";
  }

  private static boolean exists(String test, Value name, boolean here, Arguments arguments) {
    noArguments(test, arguments);
    Keys.of(name);
    if (!here && name instanceof Text) {
      throw new Fault("whether there is '" + name + "' depends on what else is installed");
    }
    return here;
  }
}
