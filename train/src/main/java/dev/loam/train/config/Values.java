// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Questions for the values of keys. A wrong value is a problem, and a harmless one is given in its
 * place.
 */
abstract class Values {
  /** What is written for a key and not null; the question makes it a known key. */
  abstract Optional<ConfigNode> node(String key);

  /** Notes a problem of a key. */
  abstract void problem(String key, String problem);

  /** What is written, or else the default, which is noted. */
  abstract <T> T answer(String key, Optional<T> written, T absent);

  /** Whether a key is written and not null. */
  boolean has(String key) {
    return node(key).isPresent();
  }

  /** Which of several names of one value is written; the first where none is. */
  String oneOf(String name, String... others) {
    String found = name;
    boolean seen = has(name);
    for (String other : others) {
      if (has(other)) {
        if (seen) {
          problem(other, "is another name of " + found + ", which is given too; leave one out");
        }
        found = seen ? found : other;
        seen = true;
      }
    }
    return found;
  }

  Optional<String> text(String key) {
    return read(key, "text", Optional::of, text -> "");
  }

  String text(String key, String absent) {
    return answer(key, text(key), absent);
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

  /** One of some words. */
  String choice(String key, String absent, List<String> words) {
    return answer(key, choice(key, words), absent);
  }

  private static String or(List<String> words) {
    int last = words.size() - 1;
    return last == 0
        ? words.get(0)
        : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  Optional<Long> integer(String key) {
    return read(key, "a whole number", Scalars::integer, Scalars::numberHint);
  }

  long integer(String key, long absent) {
    return answer(key, integer(key), absent);
  }

  /** A whole number in a range. */
  int integer(String key, int absent, int least, int most) {
    long value = answer(key, integer(key), (long) absent);
    return within(key, value, Math.max(least, absent), least, most);
  }

  /** A whole number in a range, of a key that is written. */
  int integer(String key, int least, int most) {
    return within(key, integer(key).orElse((long) least), least, least, most);
  }

  private int within(String key, long value, int otherwise, int least, int most) {
    if (value < least || value > most) {
      problem(key, "must be from " + least + " to " + most + ", not " + value);
      return otherwise;
    }
    return (int) value;
  }

  double number(String key, double absent) {
    return answer(key, number(key), absent);
  }

  Optional<Double> number(String key) {
    return read(key, "a number", Scalars::number, Scalars::numberHint);
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
    if (least == Double.MIN_VALUE || least == Double.MIN_NORMAL) {
      return "above 0" + (most == Double.MAX_VALUE ? "" : ", at most " + most);
    }
    return most == Double.MAX_VALUE ? "at least " + least : "from " + least + " to " + most;
  }

  boolean flag(String key, boolean absent) {
    return answer(key, flag(key), absent);
  }

  Optional<Boolean> flag(String key) {
    return read(key, "True or False", Scalars::flag, Scalars::flagHint);
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
                if (item instanceof ConfigNode.Scalar scalar && !scalar.isNull()) {
                  texts.add(scalar.text());
                } else {
                  problem(key, "must be a list of plain values");
                }
              }
            });
    return texts;
  }

  /** A list of numbers. */
  List<Double> numbers(String key, List<Double> absent) {
    if (!has(key)) {
      return answer(key, Optional.empty(), absent);
    }
    List<Double> numbers = new ArrayList<>();
    for (String text : texts(key)) {
      Scalars.number(text)
          .ifPresentOrElse(
              numbers::add,
              () ->
                  problem(
                      key,
                      "must be a list of numbers, not '" + text + "'" + Scalars.numberHint(text)));
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

  private <T> Optional<T> read(
      String key,
      String expected,
      Function<String, Optional<T>> parse,
      Function<String, String> hint) {
    Optional<ConfigNode> node = node(key);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (!(node.get() instanceof ConfigNode.Scalar scalar)) {
      String shown = node.get() instanceof ConfigNode.Items ? "a list" : "a section";
      problem(key, "must be " + expected + ", not " + shown);
      return Optional.empty();
    }
    Optional<T> value = parse.apply(scalar.text().strip());
    if (value.isEmpty()) {
      problem(
          key, "must be " + expected + ", not '" + scalar.text() + "'" + hint.apply(scalar.text()));
    }
    return value;
  }
}
