// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.loader.RecordCondition;
import dev.loam.data.loader.RecordHandler;
import dev.loam.data.loader.SortOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads one entry of {@code handler}: its type and the arguments of that. */
final class HandlerSection {
  private static final List<String> KNOWN =
      List.of(
          "take",
          "skip",
          "select",
          "shuffle",
          "sort",
          "filter",
          "rename_column",
          "remove_columns",
          "select_columns",
          "flatten");

  private final Section section;

  private HandlerSection(Section section) {
    this.section = section;
  }

  /** The handler; nothing where problems leave none to speak of. */
  static Optional<RecordHandler> read(Section section) {
    Optional<RecordHandler> handler =
        new HandlerSection(section).read(section.text("type").orElse(""));
    return handler;
  }

  private Optional<RecordHandler> read(String type) {
    return switch (type) {
      case "take" -> Optional.of(new RecordHandler.Take(count("n")));
      case "skip" -> Optional.of(new RecordHandler.Skip(count("n")));
      case "select" -> Optional.of(new RecordHandler.Select(indices()));
      case "shuffle" -> Optional.of(new RecordHandler.Shuffle(seed()));
      case "sort" -> sort();
      case "filter" -> Optional.of(new RecordHandler.Filter(condition()));
      case "rename_column" ->
          Optional.of(
              new RecordHandler.RenameColumn(
                  required("original_column_name"), required("new_column_name")));
      case "remove_columns" -> Optional.of(new RecordHandler.RemoveColumns(columns()));
      case "select_columns" -> Optional.of(new RecordHandler.SelectColumns(columns()));
      case "flatten" -> Optional.of(new RecordHandler.Flatten());
      default -> {
        refuse(type);
        yield Optional.empty();
      }
    };
  }

  private void refuse(String type) {
    List<String> all = new ArrayList<>(KNOWN);
    all.addAll(SampleHandlers.TYPES);
    if (type.isEmpty()) {
      section.problem("type", "is missing; one of " + String.join(", ", all));
    } else {
      String meant =
          Suggestion.of(type, all)
              .map(known -> "did you mean " + known + "?")
              .orElse("there are " + String.join(", ", all));
      section.problem("type", "= " + type + " is not available; " + meant);
    }
    section.leaveOpen();
  }

  /** Reported at the type, which tells which of the handlers it is. */
  private void missing(String key, String meaning) {
    section.problem(
        "type", "= " + section.text("type").orElse("") + " needs " + key + ", " + meaning);
  }

  private String required(String key) {
    Optional<String> text = section.text(key).filter(t -> !t.isEmpty());
    if (text.isEmpty()) {
      missing(key, "the name of a column");
    }
    return text.orElse("");
  }

  private int count(String key) {
    if (!section.has(key)) {
      missing(key, "a number of records");
    }
    return section.integer(key, 0, 0, Integer.MAX_VALUE);
  }

  private long seed() {
    if (!section.has("seed")) {
      missing("seed", "or the order would be another in every run");
    }
    long seed = section.integer("seed").orElse(0L);
    if (seed < 0) {
      section.problem("seed", "must not be negative, not " + seed);
    }
    return Math.max(0, seed);
  }

  private List<Integer> indices() {
    List<List<Integer>> rows = section.integerRows("indices");
    List<Integer> indices = rows.isEmpty() ? List.of() : rows.get(0);
    if (rows.size() != 1 || indices.stream().anyMatch(index -> index < 0)) {
      missing("indices", "one list of numbers from 0 on");
    }
    return indices;
  }

  private List<String> columns() {
    List<String> columns = section.texts("column_names");
    if (columns.isEmpty()) {
      missing("column_names", "the name of a column or a list of them");
    }
    return columns;
  }

  private Optional<RecordHandler> sort() {
    List<String> columns = columns();
    List<Boolean> reverse =
        section.texts("reverse").stream().map(text -> text.equalsIgnoreCase("true")).toList();
    boolean flags =
        section.texts("reverse").stream().allMatch(text -> text.matches("(?i)true|false"));
    String nulls = section.text("null_placement", "at_end");
    if (!List.of("at_end", "last", "at_start", "first").contains(nulls)) {
      section.problem("null_placement", "must be at_start or at_end, not " + nulls);
    }
    if (reverse.size() <= 1) {
      boolean all = !reverse.isEmpty() && reverse.get(0);
      reverse = Collections.nCopies(columns.size(), all);
    }
    if (!flags || reverse.size() != columns.size()) {
      section.problem(
          "reverse", "must be True or False, or a list with one of them for each column");
      return Optional.empty();
    }
    boolean nullsFirst = nulls.equals("at_start") || nulls.equals("first");
    return columns.isEmpty()
        ? Optional.empty()
        : Optional.of(new RecordHandler.Sort(new SortOrder(columns, reverse, nullsFirst)));
  }

  private RecordCondition condition() {
    section.reject(
        "function",
        "it is Python; give column and min_length, max_length, equals or not_empty instead");
    RecordCondition condition =
        new RecordCondition(
            required("column"),
            length("min_length"),
            length("max_length"),
            section.text("equals"),
            section.flag("not_empty", false));
    if (condition.minLength().isEmpty()
        && condition.maxLength().isEmpty()
        && condition.equalTo().isEmpty()
        && !condition.notEmpty()) {
      missing("a condition", "which is min_length, max_length, equals or not_empty");
    }
    return condition;
  }

  private OptionalInt length(String key) {
    return section.has(key)
        ? OptionalInt.of(section.integer(key, 0, 0, Integer.MAX_VALUE))
        : OptionalInt.empty();
  }
}
