// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The filters there are. */
final class Filters {
  private static final Map<String, Filter> ALL = all();

  /** What a filter does to a value. */
  interface Filter {
    Value apply(Value value, Arguments arguments, RunContext runtime);
  }

  private Filters() {}

  private static Map<String, Filter> all() {
    Map<String, Filter> all = new HashMap<>();
    TextFilters.addTo(all);
    NumberFilters.addTo(all);
    SequenceFilters.addTo(all);
    OrderFilters.addTo(all);
    SelectFilters.addTo(all);
    all.put("default", (v, a, runtime) -> orDefault(v, a));
    all.put("d", (v, a, runtime) -> orDefault(v, a));
    all.put("attr", Filters::attribute);
    all.put("tojson", JsonWriter::write);
    return all;
  }

  static boolean exists(String name) {
    return ALL.containsKey(name);
  }

  static Value apply(String name, Value value, Arguments arguments, RunContext runtime) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new Fault("there is no filter '" + name + "' here");
    }
    return filter.apply(value, arguments, runtime);
  }

  private static Value orDefault(Value value, Arguments arguments) {
    Arguments.Bound bound = arguments.bind("default", "default_value", "boolean");
    boolean replaced =
        value instanceof Value.Undefined || (bound.flag("boolean") && !Truth.of(value));
    return replaced ? bound.get("default_value").orElse(Text.EMPTY) : value;
  }

  private static Value attribute(Value value, Arguments arguments, RunContext runtime) {
    String name = arguments.bind("attr", "name").text("name").string();
    Optional<Value> member = Lookup.member(value, name, runtime);
    return member.orElseGet(
        () -> new Value.Undefined("the " + value.type() + " has no attribute '" + name + "'"));
  }
}
