// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The variable {@code loop}. It looks ahead no further than it is asked to. */
final class Loop implements Value.WithAttributes {
  private Source source;
  private final OptionalInt size;
  private int length = -1;
  private int index0 = -1;
  private Optional<Value> before = Optional.empty();
  private Optional<Value> current = Optional.empty();
  private Optional<Value> after = Optional.empty();
  private Optional<Value> lastChanged = Optional.empty();

  /** What a loop goes through. */
  interface Source {
    /** The next item, if there is one. */
    Optional<Value> next();
  }

  /** A loop; its size where it is known without going through. */
  Loop(Source source, OptionalInt size) {
    this.source = source;
    this.size = size;
  }

  Optional<Value> next() {
    Optional<Value> next = after.isPresent() ? after : source.next();
    after = Optional.empty();
    if (next.isPresent()) {
      index0++;
      before = current;
      current = next;
    }
    return next;
  }

  private Optional<Value> peek() {
    if (after.isEmpty()) {
      after = source.next();
    }
    return after;
  }

  int length() {
    if (length < 0) {
      length =
          size.isPresent() ? size.getAsInt() : index0 + 1 + (after.isPresent() ? 1 : 0) + rest();
    }
    return length;
  }

  /** Reads what is left, and keeps it. */
  private int rest() {
    List<Value> rest = new ArrayList<>();
    for (Optional<Value> v = source.next(); v.isPresent(); v = source.next()) {
      rest.add(v.get());
    }
    Iterator<Value> left = rest.iterator();
    source = () -> left.hasNext() ? Optional.of(left.next()) : Optional.empty();
    return rest.size();
  }

  @Override
  public Optional<Value> attribute(String name) {
    return switch (name) {
      case "index0" -> number(index0);
      case "index" -> number(index0 + 1L);
      case "revindex0" -> number(length() - index0 - 1L);
      case "revindex" -> number(length() - (long) index0);
      case "length" -> number(length());
      case "depth" -> number(1);
      case "depth0" -> number(0);
      case "first" -> Optional.of(Value.Bool.of(index0 == 0));
      case "last" -> Optional.of(Value.Bool.of(peek().isEmpty()));
      case "previtem" ->
          Optional.of(before.orElse(new Value.Undefined("there is no previous item")));
      case "nextitem" -> Optional.of(peek().orElse(new Value.Undefined("there is no next item")));
      case "cycle" -> Optional.of(new Value.Function("cycle", this::cycle));
      case "changed" -> Optional.of(new Value.Function("changed", this::changed));
      default -> Optional.empty();
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(Value.Int.of(value));
  }

  private Value cycle(Arguments arguments, RunContext runtime) {
    List<Value> values = arguments.positional();
    if (values.isEmpty() || !arguments.named().isEmpty()) {
      throw new Fault("loop.cycle needs values to choose from");
    }
    return values.get(index0 % values.size());
  }

  private Value changed(Arguments arguments, RunContext runtime) {
    if (!arguments.named().isEmpty()) {
      throw new Fault("loop.changed takes no keyword arguments");
    }
    Value values = Value.Items.tuple(arguments.positional().toArray(Value[]::new));
    boolean changed =
        lastChanged.isEmpty() || !Comparison.equal(lastChanged.get(), values, runtime.budget());
    lastChanged = Optional.of(values);
    return Value.Bool.of(changed);
  }

  @Override
  public String type() {
    return "LoopContext";
  }
}
