// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Filters for texts. */
final class TextFilters {
  private static final int LEEWAY = 5;

  private TextFilters() {}

  static void addTo(Map<String, Filters.Filter> filters) {
    filters.put("string", (v, a, runtime) -> plain("string", v, a, runtime));
    filters.put("safe", (v, a, runtime) -> plain("safe", v, a, runtime));
    filters.put("upper", (v, a, r) -> Case.upper(plain("upper", v, a, r), r));
    filters.put("lower", (v, a, r) -> Case.lower(plain("lower", v, a, r), r));
    filters.put("capitalize", (v, a, r) -> Case.capitalize(plain("capitalize", v, a, r), r));
    filters.put("title", (v, a, r) -> Case.titleWords(plain("title", v, a, r), r));
    filters.put("trim", TextFilters::trim);
    filters.put("center", TextFilters::center);
    filters.put("replace", TextFilters::replace);
    filters.put("indent", TextFilters::indent);
    filters.put("truncate", TextFilters::truncate);
    filters.put("wordcount", TextFilters::wordCount);
    filters.put("format", TextFilters::format);
  }

  private static Text plain(String name, Value value, Arguments arguments, RunContext runtime) {
    arguments.bindPositional(name);
    return read(value, runtime);
  }

  private static Text read(Value value, RunContext runtime) {
    Text text = Repr.text(value, runtime);
    runtime.budget().read(text.string().length());
    return text;
  }

  private static Value trim(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("trim", "chars");
    Optional<Text> chars = bound.some("chars").map(v -> bound.text("chars"));
    return Strings.strip(read(value, runtime), chars, true, true, runtime);
  }

  private static Value center(Value value, Arguments arguments, RunContext runtime) {
    long width = arguments.bind("center", "width").integer("width", 80);
    return Strings.center(read(value, runtime), width, Text.of(" ", Origin.TEMPLATE), runtime);
  }

  private static Value replace(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("replace", "old", "new", "count");
    long limit = bound.some("count").isPresent() ? bound.integer("count") : -1;
    Text old = Repr.text(bound.required("old"), runtime);
    Text with = Repr.text(bound.required("new"), runtime);
    return Strings.replace(read(value, runtime), old, with, limit, runtime);
  }

  private static Value indent(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("indent", "width", "first", "blank");
    if (value instanceof Value.Undefined undefined) {
      throw undefined.fault();
    } else if (!(value instanceof Text text)) {
      throw new Fault("indent needs a string, not a value of type " + value.type());
    } else {
      return indent(text, bound, runtime);
    }
  }

  private static Value indent(Text text, Arguments.Bound bound, RunContext runtime) {
    Text newLine = Text.of("\n", Origin.TEMPLATE);
    Text width =
        bound.get("width").orElse(Value.Int.of(4)) instanceof Text given
            ? given
            : Arithmetic.repeat(Text.of(" ", Origin.TEMPLATE), bound.integer("width", 4), runtime);
    boolean blank = bound.flag("blank");
    List<Value> lines =
        Strings.lines(runtime.text().append(text).append(newLine).build(), false, runtime);
    TextBuilder out = runtime.text();
    out.append(bound.flag("first") ? width : Text.EMPTY);
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      if (i > 0) {
        out.append(newLine).append(blank || !line.isEmpty() ? width : Text.EMPTY);
      }
      out.append(line);
    }
    return out.build();
  }

  private static Value truncate(Value value, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound = arguments.bind("truncate", "length", "killwords", "end", "leeway");
    long length = bound.integer("length", 255);
    Text end = bound.text("end", "...");
    long leeway = bound.some("leeway").isPresent() ? bound.integer("leeway") : LEEWAY;
    if (length < end.length() || leeway < 0) {
      throw new Fault("truncate needs a length that the end fits in, and no negative leeway");
    } else if (value instanceof Value.Undefined) {
      return value;
    } else if (!(value instanceof Text text)) {
      throw new Fault("truncate needs a string, not a value of type " + value.type());
    } else if (text.length() <= length + leeway) {
      return text;
    } else {
      int cut = text.offset((int) length - end.length());
      int space = bound.flag("killwords") ? -1 : text.string().lastIndexOf(' ', cut - 1);
      int stop = space < 0 || cut == 0 ? cut : space;
      return runtime.text().append(text, 0, stop).append(end).build();
    }
  }

  private static Value wordCount(Value value, Arguments arguments, RunContext runtime) {
    Text text = plain("wordcount", value, arguments, runtime);
    long words = 0;
    boolean inside = false;
    for (int c : text.string().codePoints().toArray()) {
      boolean word = isWord(c);
      words += word && !inside ? 1 : 0;
      inside = word;
    }
    return Value.Int.of(words);
  }

  private static boolean isWord(int c) {
    if (c < 0x80) {
      return Chars.isNamePart(c);
    }
    return switch (Character.getType(c)) {
      case Character.UNASSIGNED, Character.OTHER_NUMBER, Character.LETTER_NUMBER ->
          throw new Fault("whether U+%04X is part of a word is not supported".formatted(c));
      default -> Character.isLetterOrDigit(c);
    };
  }

  private static Value format(Value value, Arguments arguments, RunContext runtime) {
    Text format = read(value, runtime);
    if (arguments.named().isEmpty()) {
      Value values = Value.Items.tuple(arguments.positional().toArray(Value[]::new));
      return PercentFormat.format(format, values, runtime);
    } else if (!arguments.positional().isEmpty()) {
      throw new Fault("format takes values either in order or by name");
    }
    Dict values = new Dict(Origin.TEMPLATE);
    arguments.named().forEach((name, v) -> values.put(Text.of(name, Origin.TEMPLATE), v));
    return PercentFormat.format(format, values, runtime);
  }
}
