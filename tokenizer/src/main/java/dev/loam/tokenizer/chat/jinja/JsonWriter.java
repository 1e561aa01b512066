// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The filter {@code tojson}, which is Python's {@code json.dumps} without escapes for HTML. */
final class JsonWriter {
  private static final int MAX_DEPTH = 50;

  private final RunContext runtime;
  private final TextBuilder out;
  private final boolean ascii;
  private final boolean sorted;
  private final Optional<Text> indent;
  private final Text itemSeparator;
  private final Text keySeparator;
  private int depth;

  private JsonWriter(Arguments.Bound bound, RunContext runtime) {
    this.runtime = runtime;
    this.out = runtime.text();
    this.ascii = bound.flag("ensure_ascii");
    this.sorted = bound.flag("sort_keys");
    this.indent = bound.some("indent").map(value -> indent(value, bound, runtime));
    Optional<Value> separators = bound.some("separators");
    if (separators.isPresent()) {
      List<Value> pair = Sequences.of(separators.get(), runtime.budget());
      if (pair.size() != 2
          || !(pair.get(0) instanceof Text a)
          || !(pair.get(1) instanceof Text b)) {
        throw new Fault("the separators of tojson must be two strings");
      }
      this.itemSeparator = a;
      this.keySeparator = b;
    } else {
      this.itemSeparator = Text.of(indent.isPresent() ? "," : ", ", Origin.TEMPLATE);
      this.keySeparator = Text.of(": ", Origin.TEMPLATE);
    }
  }

  private static Text indent(Value value, Arguments.Bound bound, RunContext runtime) {
    return value instanceof Text text
        ? text
        : Arithmetic.repeat(Text.of(" ", Origin.TEMPLATE), bound.integer("indent"), runtime);
  }

  static Text write(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound =
        arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    JsonWriter writer = new JsonWriter(bound, runtime);
    writer.value(value);
    return writer.out.build();
  }

  private void value(Value value) {
    runtime.budget().step();
    Origin origin = value.origin();
    if (value instanceof Text text) {
      string(text);
    } else if (value instanceof Value.Items items) {
      enter();
      items(items, origin);
      depth--;
    } else if (value instanceof Dict dict) {
      enter();
      dict(dict, origin);
      depth--;
    } else {
      out.append(scalar(value), origin);
    }
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw new Fault("a value nested more than " + MAX_DEPTH + " deep cannot be written");
    }
  }

  private static String scalar(Value value) {
    if (value instanceof Value.None) {
      return "null";
    } else if (value instanceof Value.Bool bool) {
      return bool.value() ? "true" : "false";
    } else if (value instanceof Value.Int number) {
      return Long.toString(number.value());
    } else if (value instanceof Value.Real number) {
      double d = number.value();
      return Double.isNaN(d)
          ? "NaN"
          : Double.isInfinite(d) ? (d > 0 ? "Infinity" : "-Infinity") : Numbers.repr(d);
    }
    throw new Fault("a value of type " + value.type() + " cannot be written as JSON");
  }

  private void items(Value.Items items, Origin origin) {
    out.append("[", origin);
    boolean first = true;
    for (Value item : items.values()) {
      separate(first, origin);
      value(item);
      first = false;
    }
    close(first, "]", origin);
  }

  private void dict(Dict dict, Origin origin) {
    out.append("{", origin);
    boolean first = true;
    for (Dict.Entry entry : entries(dict)) {
      separate(first, origin);
      if (entry.key() instanceof Text key) {
        string(key);
      } else {
        string(Text.of(scalar(entry.key()), entry.key().origin()));
      }
      out.append(keySeparator.string(), origin);
      value(entry.value());
      first = false;
    }
    close(first, "}", origin);
  }

  private Iterable<Dict.Entry> entries(Dict dict) {
    if (!sorted) {
      return dict.entries();
    }
    runtime.budget().elements(dict.size());
    List<Dict.Entry> entries = new ArrayList<>();
    dict.entries().forEach(entries::add);
    entries.sort(Comparator.comparing(Dict.Entry::key, Comparison.order(runtime.budget())));
    return entries;
  }

  private void separate(boolean first, Origin origin) {
    if (!first) {
      out.append(itemSeparator.string(), origin);
    }
    newLine(depth, origin);
  }

  private void close(boolean empty, String end, Origin origin) {
    if (!empty) {
      newLine(depth - 1, origin);
    }
    out.append(end, origin);
  }

  private void newLine(int level, Origin origin) {
    if (indent.isPresent()) {
      out.append("\n", origin);
      for (int i = 0; i < level; i++) {
        out.append(indent.get().string(), origin);
      }
    }
  }

  private void string(Text text) {
    String s = text.string();
    Origin first = text.runs() == 0 ? Origin.TEMPLATE : text.origin(0);
    out.append("\"", first);
    int done = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\' || c < 0x20 || (ascii && c >= 0x7f && c != 0x7f)) {
        out.append(text, done, i);
        out.append(escape(c), text.origin(text.runAt(i)));
        done = i + 1;
      }
    }
    out.append(text, done, s.length());
    out.append("\"", text.runs() == 0 ? first : text.origin(text.runs() - 1));
  }

  private static String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      default -> String.format("\\u%04x", (int) c);
    };
  }
}
