// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * One section being read. Every question names a key, which makes it a known one; {@link #finish}
 * reports the keys nobody asked for. Problems are collected, and a harmless value is given in place
 * of a wrong one, so that reading goes on to find the others.
 */
final class Section {
  private final String path;
  private final Map<String, ConfigNode.Entry> entries;
  private final Problems problems;
  private final Set<String> known = new LinkedHashSet<>();

  Section(String path, ConfigNode.Mapping mapping, Problems problems) {
    this.path = path;
    this.entries = mapping.entries();
    this.problems = problems;
  }

  /** Where a key is or would be written. */
  String place(String key) {
    ConfigNode.Entry entry = entries.get(key);
    return (entry == null ? "" : entry.value().origin() + ": ") + name(key);
  }

  void problem(String key, String problem) {
    problems.add(place(key) + " " + problem);
  }

  /** Whether a key is written and not null. */
  boolean has(String key) {
    return node(key).isPresent();
  }

  Optional<String> text(String key) {
    return read(key, "text", text -> Optional.of(text));
  }

  String text(String key, String absent) {
    return text(key).orElse(absent);
  }

  /** A file or folder; an empty text is none. */
  Optional<Path> path(String key) {
    return text(key).filter(text -> !text.isBlank()).map(Path::of);
  }

  /** One of some words. */
  Optional<String> choice(String key, List<String> words) {
    Optional<String> text = text(key);
    if (text.isPresent() && !words.contains(text.get())) {
      String meant =
          Suggestion.of(text.get(), words).map(word -> "; did you mean " + word + "?").orElse("");
      problem(key, "must be " + or(words) + ", not '" + text.get() + "'" + meant);
      return Optional.empty();
    }
    return text;
  }

  private static String or(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.get(0)
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  Optional<Long> integer(String key) {
    return read(
        key,
        "a whole number",
        text ->
            text.matches("[+-]?[0-9]{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty());
  }

  /** A whole number in a range. */
  int integer(String key, int absent, int least, int most) {
    long value = integer(key).orElse((long) absent);
    if (value < least || value > most) {
      problem(key, "must be from " + least + " to " + most + ", not " + value);
      return Math.max(least, absent);
    }
    return (int) value;
  }

  double number(String key, double absent) {
    return number(key).orElse(absent);
  }

  Optional<Double> number(String key) {
    return read(key, "a number", Section::finite);
  }

  /** A number from {@code least} to {@code most}. */
  double number(String key, double absent, double least, double most) {
    double value = number(key, absent);
    if (value < least || value > most) {
      problem(key, "must be " + range(least, most) + ", not " + value);
      return absent;
    }
    return value;
  }

  private static String range(double least, double most) {
    return most == Double.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
  }

  private static Optional<Double> finite(String text) {
    return text.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")
        ? Optional.of(Double.valueOf(text)).filter(Double::isFinite)
        : Optional.empty();
  }

  boolean flag(String key, boolean absent) {
    return flag(key).orElse(absent);
  }

  Optional<Boolean> flag(String key) {
    return read(
        key,
        "True or False",
        text ->
            switch (text.toLowerCase(Locale.ROOT)) {
              case "true" -> Optional.of(true);
              case "false" -> Optional.of(false);
              default -> Optional.empty();
            });
  }

  /** A list of plain values; a single value is a list of one. */
  List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    node(key)
        .ifPresent(
            node -> {
              List<ConfigNode> items =
                  node instanceof ConfigNode.Items list ? list.items() : List.of(node);
              for (ConfigNode item : items) {
                if (item instanceof ConfigNode.Scalar scalar) {
                  texts.add(scalar.text());
                } else {
                  problem(key, "must be a list of plain values");
                }
              }
            });
    return texts;
  }

  /**
   * Lists of plain values by name; where there is but one, without a name, it has the given one.
   */
  Map<String, List<String>> textLists(String key, String unnamed) {
    Map<String, List<String>> lists = new LinkedHashMap<>();
    Optional<ConfigNode> node = node(key);
    if (node.isPresent() && node.get() instanceof ConfigNode.Mapping mapping) {
      Section named = section(key);
      mapping.entries().keySet().forEach(name -> lists.put(name, named.texts(name)));
    } else if (node.isPresent()) {
      lists.put(unnamed, texts(key));
    }
    return lists;
  }

  /** A list of numbers. */
  List<Double> numbers(String key, List<Double> absent) {
    if (!has(key)) {
      return absent;
    }
    List<Double> numbers = new ArrayList<>();
    for (String text : texts(key)) {
      finite(text)
          .ifPresentOrElse(
              numbers::add, () -> problem(key, "must be a list of numbers, not '" + text + "'"));
    }
    return numbers;
  }

  /**
   * Whole numbers in one row or several; 0 alone is none.
   *
   * @return the rows
   */
  List<List<Integer>> integerRows(String key) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof ConfigNode.Scalar scalar && scalar.text().strip().equals("0")) {
      return List.of();
    }
    if (node.get() instanceof ConfigNode.Items rows) {
      boolean nested = rows.items().stream().anyMatch(i -> i instanceof ConfigNode.Items);
      List<ConfigNode> lists = nested ? rows.items() : List.of(rows);
      List<List<Integer>> read = new ArrayList<>();
      for (ConfigNode row : lists) {
        if (row instanceof ConfigNode.Items list) {
          list.integers().ifPresent(read::add);
        }
      }
      if (read.size() == lists.size()) {
        return read;
      }
    }
    problem(key, "must be 0, a list of whole numbers or a list of such lists");
    return List.of();
  }

  /** A section within this one; an empty one where it is not written. */
  Section section(String key) {
    Optional<ConfigNode> node = node(key);
    if (node.isPresent() && node.get() instanceof ConfigNode.Mapping mapping) {
      return new Section(name(key), mapping, problems);
    }
    node.ifPresent(n -> problem(key, "must be a section of keys and values"));
    return new Section(name(key), new ConfigNode.Mapping(Map.of(), ""), problems);
  }

  /** Whether a key has a section rather than a plain value or a list. */
  boolean isSection(String key) {
    return node(key).filter(ConfigNode.Mapping.class::isInstance).isPresent();
  }

  /** Whether a key has a list. */
  boolean isList(String key) {
    return node(key).filter(ConfigNode.Items.class::isInstance).isPresent();
  }

  /** The sections of a list; none where it is not written. */
  List<Section> sections(String key) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    if (node.get() instanceof ConfigNode.Items list) {
      for (ConfigNode item : list.items()) {
        if (item instanceof ConfigNode.Mapping mapping) {
          sections.add(new Section(name(key), mapping, problems));
        }
      }
      if (sections.size() == list.items().size()) {
        return sections;
      }
    }
    problem(key, "must be a list of sections, each with its keys and values");
    return List.of();
  }

  /** Keys that mean nothing here; noted once when written. */
  void ignore(String... keys) {
    for (String key : keys) {
      if (has(key)) {
        problems.ignored(name(key));
      }
    }
  }

  /** Those of some keys that nobody has asked for so far; noted once when written. */
  void ignoreUnread(String... keys) {
    for (String key : keys) {
      if (!known.contains(key)) {
        ignore(key);
      }
    }
  }

  /** A key whose only value that can be obeyed is the given one, or another word for it. */
  void only(String key, String value, String why, String... synonyms) {
    read(key, "a plain value", text -> Optional.of(text))
        .filter(text -> !same(text, value))
        .filter(text -> !List.of(synonyms).contains(text))
        .ifPresent(
            text -> problem(key, "= " + text + " is not available: " + why + "; use " + value));
  }

  private static boolean same(String text, String value) {
    return text.equalsIgnoreCase(value)
        || (finite(text).isPresent() && finite(text).equals(finite(value)));
  }

  /** Reports the keys that nobody asked for. */
  void finish() {
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            problems.add(
                entry.keyOrigin()
                    + ": unknown key "
                    + name(key)
                    + Suggestion.of(key, known)
                        .map(s -> "; did you mean " + name(s) + "?")
                        .orElse(""));
          }
        });
  }

  private Optional<ConfigNode> node(String key) {
    known.add(key);
    ConfigNode.Entry entry = entries.get(key);
    if (entry == null || (entry.value() instanceof ConfigNode.Scalar s && s.isNull())) {
      return Optional.empty();
    }
    return Optional.of(entry.value());
  }

  private <T> Optional<T> read(String key, String expected, Function<String, Optional<T>> parse) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Optional<T> value =
        node.get() instanceof ConfigNode.Scalar scalar
            ? parse.apply(scalar.text().strip())
            : Optional.empty();
    if (value.isEmpty()) {
      String shown = node.get() instanceof ConfigNode.Scalar s ? "'" + s.text() + "'" : "a section";
      problem(key, "must be " + expected + ", not " + shown);
    }
    return value;
  }

  private String name(String key) {
    if (key.isEmpty()) {
      return path;
    }
    return path.isEmpty() ? key : path + "." + key;
  }
}
