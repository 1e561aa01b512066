// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Python's slices. */
final class Slices {
  private Slices() {}

  static Value of(
      Value object,
      Optional<Value> startValue,
      Optional<Value> stopValue,
      Optional<Value> stepValue,
      RunContext runtime) {
    if (object instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (!(object instanceof Text || object instanceof Value.Items)) {
      throw new Fault("a value of type " + object.type() + " has no slices");
    }
    int length = Sequences.length(object).orElseThrow();
    long step = index(stepValue).orElse(1L);
    if (step == 0) {
      throw new Fault("the step of a slice is zero");
    }
    long start = bound(index(startValue), step, length, step > 0 ? 0 : length - 1);
    long stop = bound(index(stopValue), step, length, step > 0 ? length : -1);
    if (object instanceof Text text) {
      return text(text, start, stop, step, runtime);
    }
    Value.Items items = (Value.Items) object;
    Value.Items.Kind kind = items.isList() ? items.kind() : Value.Items.Kind.TUPLE;
    return new Value.Items(
        elements(items.values(), start, stop, step, runtime), kind, items.origin());
  }

  private static Optional<Long> index(Optional<Value> value) {
    return value.filter(v -> !(v instanceof Value.None)).map(Slices::index);
  }

  private static long index(Value value) {
    if (!Numbers.isInteger(value)) {
      throw new Fault("a slice has integers, not a value of type " + value.type());
    }
    return Numbers.toLong(value);
  }

  private static long bound(Optional<Long> given, long step, int length, long absent) {
    if (given.isEmpty()) {
      return absent;
    }
    long lowest = step > 0 ? 0 : -1;
    long highest = step > 0 ? length : length - 1;
    long value = given.get() < 0 ? given.get() + length : given.get();
    return Math.max(lowest, Math.min(highest, value));
  }

  private static List<Value> elements(
      List<Value> values, long start, long stop, long step, RunContext runtime) {
    runtime.budget().elements(values.size());
    runtime.budget().steps(values.size() / 8);
    List<Value> elements = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      elements.add(values.get((int) i));
      if (Math.abs(step) > values.size()) {
        break;
      }
    }
    return elements;
  }

  private static Text text(Text text, long start, long stop, long step, RunContext runtime) {
    runtime.budget().read(text.string().length());
    if (step == 1) {
      return start >= stop
          ? Text.EMPTY
          : TextBuilder.part(
              text, text.offset((int) start), text.offset((int) stop), runtime.budget());
    }
    List<Value> characters = Sequences.of(text, runtime.budget());
    TextBuilder out = runtime.text();
    for (Value c : elements(characters, start, stop, step, runtime)) {
      out.append((Text) c);
    }
    return out.build();
  }
}
