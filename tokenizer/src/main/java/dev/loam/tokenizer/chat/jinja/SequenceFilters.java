// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters that take sequences apart and put them together. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("length", SequenceFilters::length);
    filters.put("count", SequenceFilters::length);
    filters.put("first", SequenceFilters::first);
    filters.put("last", SequenceFilters::last);
    filters.put("list", SequenceFilters::list);
    filters.put("join", SequenceFilters::join);
    filters.put("reverse", SequenceFilters::reverse);
    filters.put("sum", SequenceFilters::sum);
    filters.put("items", SequenceFilters::items);
    filters.put("batch", SequenceFilters::batch);
    filters.put("slice", SequenceFilters::slice);
  }

  private static Value length(Value value, Arguments arguments, RunContext runtime) {
    arguments.bindPositional("length");
    return Value.Int.of(
        Sequences.length(value)
            .orElseThrow(() -> new Fault("a value of type " + value.type() + " has no length")));
  }

  private static Value first(Value value, Arguments arguments, RunContext runtime) {
    arguments.bind("first");
    if (value instanceof Iteration iteration) {
      return iteration.next().orElseGet(SequenceFilters::empty);
    }
    List<Value> values = Sequences.of(value, runtime.budget());
    return values.isEmpty() ? empty() : values.get(0);
  }

  private static Value empty() {
    return new Value.Undefined("the sequence is empty");
  }

  private static Value last(Value value, Arguments arguments, RunContext runtime) {
    arguments.bind("last");
    if (value instanceof Iteration) {
      throw new Fault("last needs a list, not a value of type generator");
    }
    List<Value> values = Sequences.of(value, runtime.budget());
    return values.isEmpty() ? empty() : values.get(values.size() - 1);
  }

  private static Value list(Value value, Arguments arguments, RunContext runtime) {
    arguments.bind("list");
    return new Value.Items(
        Sequences.copy(value, runtime.budget()), Value.Items.Kind.LIST, value.origin());
  }

  private static Value join(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("join", "d", "attribute");
    Attributes attribute = Attributes.of(bound.get("attribute"));
    Text separator = Repr.text(bound.get("d").orElse(Text.EMPTY), runtime);
    TextBuilder out = runtime.text();
    Text before = Text.EMPTY;
    for (Value item : Sequences.of(value, runtime.budget())) {
      runtime.budget().step();
      out.append(before);
      Repr.print(attribute.get(item, runtime), out, runtime.budget());
      before = separator;
    }
    return out.build();
  }

  private static Value reverse(Value value, Arguments arguments, RunContext runtime) {
    arguments.bind("reverse");
    List<Value> values = Sequences.copy(value, runtime.budget());
    Collections.reverse(values);
    if (value instanceof Iteration) {
      return Value.Items.list(values);
    } else if (value instanceof Text) {
      TextBuilder out = runtime.text();
      values.forEach(c -> out.append((Text) c));
      return out.build();
    }
    return new Iteration(() -> values);
  }

  private static Value sum(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("sum", "attribute", "start");
    Attributes attribute = Attributes.of(bound.get("attribute"));
    Value sum = bound.get("start").orElse(Value.Int.of(0));
    if (sum instanceof Text) {
      throw new Fault("sum cannot add strings; use join");
    }
    for (Value item : Sequences.of(value, runtime.budget())) {
      runtime.budget().step();
      sum = Arithmetic.apply("+", sum, attribute.get(item, runtime), runtime);
    }
    return sum;
  }

  private static Value items(Value value, Arguments arguments, RunContext runtime) {
    arguments.bind("items");
    if (value instanceof Value.Undefined) {
      return new Iteration(List::of);
    } else if (value instanceof Dict dict) {
      return new Iteration(() -> dict.items(runtime.budget()));
    }
    throw new Fault("items needs a dict, not a value of type " + value.type());
  }

  private static Value batch(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("batch", "linecount", "fill_with");
    long size = bound.integer("linecount");
    Optional<Value> fill = bound.some("fill_with");
    return new Iteration(
        () -> {
          List<Value> values = Sequences.copy(value, runtime.budget());
          List<Value> batches = new ArrayList<>();
          if (size <= 0) {
            return unlimited(values, size == 0);
          }
          int end;
          for (int start = 0; start < values.size(); start = end) {
            end = (int) Math.min(values.size(), start + size);
            List<Value> batch = new ArrayList<>(values.subList(start, end));
            fill(batch, size - batch.size(), fill, runtime);
            runtime.budget().elements(1);
            batches.add(Value.Items.list(batch));
          }
          return batches;
        });
  }

  /** What Jinja makes of sizes below one: all in one batch, for zero behind an empty one. */
  private static List<Value> unlimited(List<Value> values, boolean afterEmpty) {
    if (values.isEmpty()) {
      return List.of();
    }
    Value all = Value.Items.list(values);
    return afterEmpty ? List.of(Value.Items.list(List.of()), all) : List.of(all);
  }

  private static void fill(
      List<Value> list, long missing, Optional<Value> fill, RunContext runtime) {
    if (fill.isPresent() && missing > 0) {
      runtime.budget().elements(Math.min(missing, Integer.MAX_VALUE));
      list.addAll(Collections.nCopies((int) missing, fill.get()));
    }
  }

  private static Value slice(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("slice", "slices", "fill_with");
    long slices = bound.integer("slices");
    Optional<Value> fill = bound.some("fill_with");
    if (slices < 1) {
      throw new Fault("slice needs at least one slice");
    }
    runtime.budget().elements(3 * Math.min(slices, Integer.MAX_VALUE));
    return new Iteration(
        () -> {
          List<Value> values = Sequences.copy(value, runtime.budget());
          List<Value> parts = new ArrayList<>();
          int size = (int) (values.size() / slices);
          int larger = (int) (values.size() % slices);
          int start = 0;
          for (int i = 0; i < slices; i++) {
            int end = start + size + (i < larger ? 1 : 0);
            List<Value> part = new ArrayList<>(values.subList(start, end));
            fill(part, i >= larger ? 1 : 0, fill, runtime);
            parts.add(Value.Items.list(part));
            start = end;
          }
          return parts;
        });
  }
}
