// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;

/** Python's {@code str} and {@code repr}. */
final class Repr {
  private static final int MAX_DEPTH = 50;

  private final TextBuilder out;
  private final Budget budget;
  private int depth;

  private Repr(TextBuilder out, Budget budget) {
    this.out = out;
    this.budget = budget;
  }

  /** Python's {@code str}. */
  static Text text(Value value, RunContext runtime) {
    if (value instanceof Text text) {
      return text;
    }
    TextBuilder out = runtime.text();
    print(value, out, runtime.budget());
    return out.build();
  }

  /** Appends Python's {@code str}. */
  static void print(Value value, TextBuilder out, Budget budget) {
    if (value instanceof Text text) {
      out.append(text);
    } else if (!(value instanceof Value.Undefined)) {
      new Repr(out, budget).repr(value);
    }
  }

  /** Python's {@code repr}. */
  static Text repr(Value value, RunContext runtime) {
    TextBuilder out = runtime.text();
    new Repr(out, runtime.budget()).repr(value);
    return out.build();
  }

  private void repr(Value value) {
    budget.step();
    Origin origin = value.origin();
    if (value instanceof Text text) {
      StringRepr.write(text, out);
    } else if (value instanceof Value.None) {
      out.append("None", origin);
    } else if (value instanceof Value.Bool bool) {
      out.append(bool.value() ? "True" : "False", origin);
    } else if (value instanceof Value.Int number) {
      out.append(Long.toString(number.value()), origin);
    } else if (value instanceof Value.Real number) {
      out.append(Numbers.repr(number.value()), origin);
    } else if (value instanceof Value.Undefined) {
      out.append("Undefined", origin);
    } else if (value instanceof Value.Range range) {
      String step = range.step() == 1 ? ")" : ", " + range.step() + ")";
      out.append("range(" + range.start() + ", " + range.stop() + step, origin);
    } else {
      nested(value, origin);
    }
  }

  private void nested(Value value, Origin origin) {
    if (++depth > MAX_DEPTH) {
      throw new Fault("a value nested more than " + MAX_DEPTH + " deep cannot be written");
    }
    if (value instanceof Value.Items items) {
      boolean list = items.isList();
      String end = list ? "]" : items.values().size() == 1 ? ",)" : ")";
      elements(list ? "[" : "(", items.values(), end, origin);
    } else if (value instanceof Value.View view) {
      elements(view.type() + "([", view.values(), "])", view.dict().origin());
    } else if (value instanceof Dict dict) {
      dict(dict, origin);
    } else {
      throw new Fault("a value of type " + value.type() + " cannot be written");
    }
    depth--;
  }

  private void elements(String start, List<Value> values, String end, Origin origin) {
    out.append(start, origin);
    String separator = "";
    for (Value value : values) {
      out.append(separator, origin);
      repr(value);
      separator = ", ";
    }
    out.append(end, origin);
  }

  private void dict(Dict dict, Origin origin) {
    out.append("{", origin);
    String separator = "";
    for (Dict.Entry entry : dict.entries()) {
      out.append(separator, origin);
      repr(entry.key());
      out.append(": ", origin);
      repr(entry.value());
      separator = ", ";
    }
    out.append("}", origin);
  }
}
