// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The methods of strings. */
final class TextMethods {
  private static final Set<String> KNOWN =
      Set.of(
          "capitalize",
          "center",
          "count",
          "endswith",
          "find",
          "format",
          "index",
          "isalnum",
          "isalpha",
          "isascii",
          "isdecimal",
          "isdigit",
          "islower",
          "isspace",
          "isupper",
          "join",
          "ljust",
          "lower",
          "lstrip",
          "partition",
          "removeprefix",
          "removesuffix",
          "replace",
          "rfind",
          "rindex",
          "rjust",
          "rpartition",
          "rsplit",
          "rstrip",
          "split",
          "splitlines",
          "startswith",
          "strip",
          "title",
          "upper",
          "zfill");
  private static final Set<String> REFUSED =
      Set.of(
          "casefold",
          "encode",
          "expandtabs",
          "format_map",
          "isidentifier",
          "isnumeric",
          "isprintable",
          "istitle",
          "maketrans",
          "swapcase",
          "translate");

  private TextMethods() {}

  static Optional<Value> find(Text text, String name) {
    if (REFUSED.contains(name)) {
      throw new Fault("the method '" + name + "' of strings is not supported");
    }
    return KNOWN.contains(name)
        ? Optional.of(new Value.Function(name, (a, runtime) -> call(text, name, a, runtime)))
        : Optional.empty();
  }

  private static Value call(Text text, String name, Arguments arguments, RunContext runtime) {
    runtime.budget().read(text.string().length());
    return switch (name) {
      case "lower", "upper", "capitalize", "title" -> {
        arguments.bindPositional(name);
        yield changeCase(text, name, runtime);
      }
      case "strip", "lstrip", "rstrip" -> {
        Arguments.Bound bound = arguments.bindPositional(name, "chars");
        Optional<Text> chars = bound.some("chars").map(v -> bound.text("chars"));
        yield Strings.strip(text, chars, !name.equals("rstrip"), !name.equals("lstrip"), runtime);
      }
      case "split", "rsplit" -> {
        Arguments.Bound bound = arguments.bind(name, "sep", "maxsplit");
        Optional<Text> separator = bound.some("sep").map(v -> bound.text("sep"));
        long limit = bound.integer("maxsplit", -1);
        yield Strings.split(text, separator, limit, name.equals("rsplit"), runtime);
      }
      case "splitlines" -> {
        boolean keep = arguments.bind(name, "keepends").flag("keepends");
        yield new Value.Items(
            Strings.lines(text, keep, runtime), Value.Items.Kind.LIST, text.origin());
      }
      case "replace" -> {
        Arguments.Bound bound = arguments.bindPositional(name, "old", "new", "count");
        long limit = bound.integer("count", -1);
        yield Strings.replace(text, bound.text("old"), bound.text("new"), limit, runtime);
      }
      case "startswith", "endswith" ->
          Value.Bool.of(
              hasEnd(text, name.equals("startswith"), arguments.bindPositional(name, "x")));
      case "removeprefix", "removesuffix" -> remove(text, name, arguments, runtime);
      case "find", "rfind", "index", "rindex", "count" -> search(text, name, arguments);
      case "partition", "rpartition" -> partition(text, name, arguments, runtime);
      case "join" -> join(text, arguments.bindPositional(name, "items").required("items"), runtime);
      case "center", "ljust", "rjust", "zfill" -> pad(text, name, arguments, runtime);
      case "format" -> BraceFormat.format(text, arguments, runtime);
      default -> {
        arguments.bindPositional(name);
        yield Value.Bool.of(CharTests.test(name, text));
      }
    };
  }

  private static Text changeCase(Text text, String name, RunContext runtime) {
    return switch (name) {
      case "lower" -> Case.lower(text, runtime);
      case "upper" -> Case.upper(text, runtime);
      case "title" -> Case.title(text, runtime);
      default -> Case.capitalize(text, runtime);
    };
  }

  private static boolean hasEnd(Text text, boolean start, Arguments.Bound bound) {
    Value given = bound.required("x");
    List<Value> choices =
        given instanceof Value.Items items && !items.isList() ? items.values() : List.of(given);
    for (Value choice : choices) {
      if (!(choice instanceof Text part)) {
        throw new Fault(bound.function() + " needs a string or a tuple of strings");
      }
      String s = text.string();
      if (start ? s.startsWith(part.string()) : s.endsWith(part.string())) {
        return true;
      }
    }
    return false;
  }

  private static Value remove(Text text, String name, Arguments arguments, RunContext runtime) {
    String part = arguments.bindPositional(name, "part").text("part").string();
    String s = text.string();
    boolean prefix = name.equals("removeprefix");
    if (part.isEmpty() || !(prefix ? s.startsWith(part) : s.endsWith(part))) {
      return text;
    }
    int start = prefix ? part.length() : 0;
    int end = prefix ? s.length() : s.length() - part.length();
    return TextBuilder.part(text, start, end, runtime.budget());
  }

  private static Value search(Text text, String name, Arguments arguments) {
    Arguments.Bound bound = arguments.bindPositional(name, "sub", "start", "end");
    if (bound.values().size() > 1) {
      throw new Fault("start and end of " + name + " are not supported; use a slice");
    }
    String part = bound.text("sub").string();
    String s = text.string();
    if (name.equals("count")) {
      return Value.Int.of(part.isEmpty() ? text.length() + 1L : count(s, part));
    }
    int at = name.startsWith("r") ? s.lastIndexOf(part) : s.indexOf(part);
    if (at < 0 && name.endsWith("index")) {
      throw new Fault("the substring is not found");
    }
    return Value.Int.of(at < 0 ? -1 : text.index(at));
  }

  private static long count(String s, String part) {
    long count = 0;
    for (int i = s.indexOf(part); i >= 0; i = s.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  private static Value partition(Text text, String name, Arguments arguments, RunContext runtime) {
    Text separator = arguments.bindPositional(name, "sep").text("sep");
    if (separator.isEmpty()) {
      throw new Fault("the separator of " + name + " is empty");
    }
    boolean right = name.equals("rpartition");
    String s = text.string();
    int at = right ? s.lastIndexOf(separator.string()) : s.indexOf(separator.string());
    if (at < 0) {
      return right
          ? Value.Items.tuple(Text.EMPTY, Text.EMPTY, text)
          : Value.Items.tuple(text, Text.EMPTY, Text.EMPTY);
    }
    int end = at + separator.string().length();
    Budget budget = runtime.budget();
    return Value.Items.tuple(
        TextBuilder.part(text, 0, at, budget),
        TextBuilder.part(text, at, end, budget),
        TextBuilder.part(text, end, s.length(), budget));
  }

  private static Value join(Text separator, Value items, RunContext runtime) {
    TextBuilder out = runtime.text();
    List<Value> parts = new ArrayList<>(Sequences.of(items, runtime.budget()));
    for (int i = 0; i < parts.size(); i++) {
      if (!(parts.get(i) instanceof Text part)) {
        throw new Fault("join needs strings, not a value of type " + parts.get(i).type());
      }
      out.append(i == 0 ? Text.EMPTY : separator).append(part);
    }
    return out.build();
  }

  private static Value pad(Text text, String name, Arguments arguments, RunContext runtime) {
    Arguments.Bound bound =
        name.equals("zfill")
            ? arguments.bindPositional(name, "width")
            : arguments.bindPositional(name, "width", "fillchar");
    long width = bound.integer("width");
    Text fill = bound.text("fillchar", " ");
    long missing = Math.max(0, width - text.length());
    return switch (name) {
      case "center" -> Strings.center(text, width, fill, runtime);
      case "ljust" -> Strings.pad(text, 0, missing, fill, runtime);
      case "rjust" -> Strings.pad(text, missing, 0, fill, runtime);
      default -> Strings.zeroFill(text, width, runtime);
    };
  }
}
