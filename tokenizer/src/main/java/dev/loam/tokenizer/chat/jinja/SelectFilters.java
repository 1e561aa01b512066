// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The filters {@code map}, {@code select} and their like. */
final class SelectFilters {
  private SelectFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("map", SelectFilters::map);
    filters.put("select", (v, a, runtime) -> select(v, a, false, true, runtime));
    filters.put("reject", (v, a, runtime) -> select(v, a, false, false, runtime));
    filters.put("selectattr", (v, a, runtime) -> select(v, a, true, true, runtime));
    filters.put("rejectattr", (v, a, runtime) -> select(v, a, true, false, runtime));
  }

  private static Value map(Value value, Arguments arguments, RunContext runtime) {
    return new Iteration(
        () -> {
          if (!Truth.of(value)) {
            return List.of();
          }
          Function<Value, Value> function = function(arguments, runtime);
          List<Value> mapped = new ArrayList<>();
          for (Value item : Sequences.of(value, runtime.budget())) {
            runtime.budget().step();
            runtime.budget().elements(1);
            mapped.add(function.apply(item));
          }
          return mapped;
        });
  }

  private static Function<Value, Value> function(Arguments arguments, RunContext runtime) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Arguments.Bound bound = arguments.bind("map", "attribute", "default");
      Attributes attribute =
          Attributes.of(Optional.of(bound.required("attribute")), bound.get("default"));
      return item -> attribute.get(item, runtime);
    }
    String name = name(arguments, 0, "map");
    Arguments rest = arguments.from(1);
    return item -> Filters.apply(name, item, rest, runtime);
  }

  private static String name(Arguments arguments, int index, String filter) {
    if (arguments.positional().size() <= index
        || !(arguments.positional().get(index) instanceof Text name)) {
      throw new Fault(filter + " needs a name");
    }
    return name.string();
  }

  private static Value select(
      Value value, Arguments arguments, boolean byAttribute, boolean keep, RunContext runtime) {
    return new Iteration(
        () -> {
          if (!Truth.of(value)) {
            return List.of();
          }
          Predicate<Value> test = test(arguments, byAttribute, runtime);
          List<Value> selected = new ArrayList<>();
          for (Value item : Sequences.of(value, runtime.budget())) {
            runtime.budget().step();
            if (test.test(item) == keep) {
              runtime.budget().elements(1);
              selected.add(item);
            }
          }
          return selected;
        });
  }

  private static Predicate<Value> test(
      Arguments arguments, boolean byAttribute, RunContext runtime) {
    int skipped = byAttribute ? 1 : 0;
    if (arguments.positional().size() < skipped) {
      throw new Fault("the name of the attribute is missing");
    }
    Attributes attribute =
        Attributes.of(byAttribute ? Optional.of(arguments.positional().get(0)) : Optional.empty());
    if (arguments.positional().size() == skipped) {
      return item -> Truth.of(attribute.get(item, runtime));
    }
    String name = name(arguments, skipped, "select");
    Arguments rest = arguments.from(skipped + 1);
    return item -> Tests.apply(name, attribute.get(item, runtime), rest, runtime);
  }
}
