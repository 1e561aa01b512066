// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Filters that compare the elements of sequences. */
final class OrderFilters {
  private OrderFilters() {}

  /** A value and what it is compared by. */
  private record Keyed(Value key, Value value) {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("sort", OrderFilters::sort);
    filters.put("dictsort", OrderFilters::dictSort);
    filters.put("unique", OrderFilters::unique);
    filters.put("groupby", OrderFilters::groupBy);
    filters.put("min", (v, a, runtime) -> extreme("min", v, a, runtime));
    filters.put("max", (v, a, runtime) -> extreme("max", v, a, runtime));
  }

  private static void sort(List<Keyed> list, boolean reverse, RunContext runtime) {
    Comparator<Keyed> order = Comparator.comparing(Keyed::key, Comparison.order(runtime.budget()));
    list.sort(reverse ? order.reversed() : order);
  }

  private static Value values(List<Keyed> list) {
    return Value.Items.list(new ArrayList<>(list.stream().map(Keyed::value).toList()));
  }

  private static Value sort(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
    boolean sensitive = bound.flag("case_sensitive");
    List<Attributes> attributes = new ArrayList<>();
    if (bound.get("attribute").orElse(Text.EMPTY) instanceof Text names && !names.isEmpty()) {
      for (String name : names.string().split(",", -1)) {
        attributes.add(Attributes.of(Optional.of(Text.of(name, Origin.TEMPLATE))));
      }
    } else {
      attributes.add(Attributes.of(bound.get("attribute")));
    }
    List<Keyed> list = new ArrayList<>();
    for (Value item : Sequences.of(value, runtime.budget())) {
      Value[] keys =
          attributes.stream().map(a -> a.key(item, sensitive, runtime)).toArray(Value[]::new);
      runtime.budget().elements(2L + keys.length);
      list.add(new Keyed(Value.Items.tuple(keys), item));
    }
    sort(list, bound.flag("reverse"), runtime);
    return values(list);
  }

  private static List<Keyed> keyed(
      Value value, Attributes attribute, boolean sensitive, RunContext runtime) {
    List<Keyed> list = new ArrayList<>();
    for (Value item : Sequences.of(value, runtime.budget())) {
      runtime.budget().elements(2);
      list.add(new Keyed(attribute.key(item, sensitive, runtime), item));
    }
    return list;
  }

  private static Value dictSort(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
    String by = bound.text("by", "key").string();
    if (value instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (!(value instanceof Dict dict)) {
      throw new Fault("dictsort needs a dict, not a value of type " + value.type());
    } else if (!by.equals("key") && !by.equals("value")) {
      throw new Fault("dictsort sorts by key or value");
    } else {
      Attributes part = Attributes.of(Optional.of(Value.Int.of(by.equals("key") ? 0 : 1)));
      Value items = Value.Items.list(dict.items(runtime.budget()));
      List<Keyed> list = keyed(items, part, bound.flag("case_sensitive"), runtime);
      sort(list, bound.flag("reverse"), runtime);
      return values(list);
    }
  }

  private static Value unique(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
    Attributes attribute = Attributes.of(bound.get("attribute"));
    return new Iteration(
        () -> {
          Set<Object> seen = new HashSet<>();
          List<Value> unique = new ArrayList<>();
          for (Keyed k : keyed(value, attribute, bound.flag("case_sensitive"), runtime)) {
            runtime.budget().elements(4);
            if (seen.add(Keys.of(k.key()))) {
              unique.add(k.value());
            }
          }
          return unique;
        });
  }

  private static Value groupBy(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("groupby", "attribute", "default", "case_sensitive");
    boolean sensitive = bound.flag("case_sensitive");
    Attributes attribute =
        Attributes.of(Optional.of(bound.required("attribute")), bound.get("default"));
    List<Keyed> list = keyed(value, attribute, sensitive, runtime);
    sort(list, false, runtime);
    List<Value> groups = new ArrayList<>();
    List<Value> group = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      group.add(list.get(i).value());
      if (i + 1 == list.size()
          || !Comparison.equal(list.get(i).key(), list.get(i + 1).key(), runtime.budget())) {
        Value key = attribute.get(group.get(0), runtime);
        runtime.budget().elements(4);
        groups.add(
            new Value.Items(
                List.of(key, Value.Items.list(group)), Value.Items.Kind.GROUP, Origin.TEMPLATE));
        group = new ArrayList<>();
      }
    }
    return Value.Items.list(groups);
  }

  private static Value extreme(String name, Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind(name, "case_sensitive", "attribute");
    Attributes attribute = Attributes.of(bound.get("attribute"));
    List<Keyed> list = keyed(value, attribute, bound.flag("case_sensitive"), runtime);
    if (list.isEmpty()) {
      return new Value.Undefined("the sequence is empty");
    }
    Keyed best = list.get(0);
    for (Keyed next : list.subList(1, list.size())) {
      boolean better =
          name.equals("min")
              ? Comparison.less(next.key(), best.key(), runtime.budget())
              : Comparison.less(best.key(), next.key(), runtime.budget());
      best = better ? next : best;
    }
    return best.value();
  }
}
