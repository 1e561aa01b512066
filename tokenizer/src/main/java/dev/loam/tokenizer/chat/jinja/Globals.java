// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The functions that every template can use. */
final class Globals {
  private static final int MAX_RANGE = 100_000;

  private Globals() {}

  static Map<String, Value> all() {
    Map<String, Value> all = new LinkedHashMap<>();
    put(all, "range", Globals::range);
    put(all, "dict", Globals::dict);
    put(all, "namespace", Globals::namespace);
    put(all, "joiner", Globals::joiner);
    put(all, "cycler", Globals::cycler);
    put(all, "raise_exception", Globals::raise);
    put(all, "strftime_now", Globals::now);
    put(all, "lipsum", (a, runtime) -> refuse());
    return all;
  }

  private static void put(Map<String, Value> all, String name, Value.Function.Body body) {
    all.put(name, new Value.Function(name, body));
  }

  private static Value refuse() {
    throw new Fault("lipsum is not supported");
  }

  private static Value range(Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bindPositional("range", "start", "stop", "step");
    boolean single = arguments.positional().size() == 1;
    long start = single ? 0 : bound.integer("start");
    long stop = single ? bound.integer("start") : bound.integer("stop");
    long step = bound.integer("step", 1);
    if (step == 0) {
      throw new Fault("the step of range is zero");
    }
    List<Value> values = new ArrayList<>();
    long at = start;
    while (step > 0 ? at < stop : at > stop) {
      if (values.size() == MAX_RANGE) {
        throw new Fault("range gives more than " + MAX_RANGE + " numbers");
      }
      runtime.budget().elements(0);
      values.add(Value.Int.of(at));
      long next = at + step;
      if ((next > at) != (step > 0)) {
        break;
      }
      at = next;
    }
    return new Value.Range(start, stop, step, values);
  }

  private static Map<Value, Value> pairs(String name, Arguments arguments, RunContext runtime) {
    Map<Value, Value> pairs = new LinkedHashMap<>();
    if (arguments.positional().size() > 1) {
      throw new Fault(name + " takes one positional argument at most");
    }
    for (Value given : arguments.positional()) {
      if (given instanceof Dict dict) {
        dict.entries().forEach(e -> pairs.put(e.key(), e.value()));
        continue;
      }
      for (Value pair : Sequences.of(given, runtime.budget())) {
        List<Value> two = Sequences.of(pair, runtime.budget());
        if (two.size() != 2) {
          throw new Fault(name + " needs pairs of keys and values");
        }
        pairs.put(two.get(0), two.get(1));
      }
    }
    arguments.named().forEach((key, value) -> pairs.put(Text.of(key, Origin.TEMPLATE), value));
    runtime.budget().elements(8L * pairs.size());
    return pairs;
  }

  private static Value dict(Arguments arguments, RunContext runtime) {
    Dict dict = new Dict(Origin.TEMPLATE);
    pairs("dict", arguments, runtime).forEach(dict::put);
    return dict;
  }

  private static Value namespace(Arguments arguments, RunContext runtime) {
    Namespace namespace = new Namespace();
    pairs("namespace", arguments, runtime)
        .forEach(
            (key, value) -> {
              if (!(key instanceof Text name)) {
                throw new Fault("the attributes of a namespace have names");
              }
              namespace.set(name.string(), value);
            });
    return namespace;
  }

  private static Value joiner(Arguments arguments, RunContext runtime) {
    Value separator =
        arguments.bind("joiner", "sep").get("sep").orElse(Text.of(", ", Origin.TEMPLATE));
    boolean[] used = {false};
    return new Value.Function(
        "joiner",
        (a, r) -> {
          a.bindPositional("joiner");
          boolean first = !used[0];
          used[0] = true;
          return first ? Text.EMPTY : separator;
        });
  }

  private static Value cycler(Arguments arguments, RunContext runtime) {
    if (arguments.positional().isEmpty() || !arguments.named().isEmpty()) {
      throw new Fault("cycler needs values to choose from");
    }
    return new Cycler(arguments.positional());
  }

  /** What {@code cycler()} makes. */
  private static final class Cycler implements Value.WithAttributes {
    private final List<Value> values;
    private int at;

    Cycler(List<Value> values) {
      this.values = values;
    }

    @Override
    public Optional<Value> attribute(String name) {
      return switch (name) {
        case "current" -> Optional.of(values.get(at));
        case "next" -> Optional.of(new Value.Function(name, (a, r) -> next(a)));
        case "reset" -> Optional.of(new Value.Function(name, (a, r) -> reset(a)));
        case "items", "pos" -> throw new Fault("'" + name + "' of a cycler is not supported");
        default -> Optional.empty();
      };
    }

    private Value next(Arguments arguments) {
      arguments.bindPositional("next");
      Value value = values.get(at);
      at = (at + 1) % values.size();
      return value;
    }

    private Value reset(Arguments arguments) {
      arguments.bindPositional("reset");
      at = 0;
      return new Value.None(Origin.TEMPLATE);
    }

    @Override
    public String type() {
      return "Cycler";
    }
  }

  private static Value raise(Arguments arguments, RunContext runtime) {
    Value message = arguments.bind("raise_exception", "message").required("message");
    throw new Fault(Repr.text(message, runtime).string());
  }

  private static Value now(Arguments arguments, RunContext runtime) {
    String format = arguments.bind("strftime_now", "format").text("format").string();
    return Text.of(Strftime.format(format, runtime.clock()), Origin.TEMPLATE);
  }
}
