// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.mindspeed;

import dev.loam.data.DataFormatException;
import dev.loam.data.record.DataRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes conversations of rows. Safe for use by several threads. */
final class RowReader {
  private static final int QUOTED = 60;

  private final Optional<RowFormat> format;
  private final RowKeys keys;

  RowReader(Optional<RowFormat> format, RowKeys keys) {
    this.format = format;
    this.keys = keys;
  }

  /**
   * What a row says.
   *
   * @throws DataFormatException if it is no conversation that ends with an answer
   */
  Conversation read(DataRecord row) {
    RowFormat shape = format.orElseGet(() -> RowFormat.of(row));
    return shape == RowFormat.ALPACA ? alpaca(row) : messages(row, shape);
  }

  private Conversation alpaca(DataRecord row) {
    List<Turn> turns = new ArrayList<>();
    String history = keys.name(RowFormat.ALPACA, "history");
    for (Object pair : list(row, history)) {
      if (!(pair instanceof List<?> both)
          || both.size() != 2
          || !(both.get(0) instanceof String question)
          || !(both.get(1) instanceof String answer)) {
        throw row.place()
            .wrong("field \"%s\" must be pairs of texts, it has %s".formatted(history, show(pair)));
      }
      turns.add(new Turn(question, answer));
    }
    String prompt = keys.name(RowFormat.ALPACA, "prompt");
    if (!prompt.isEmpty() && !row.has(prompt)) {
      row.requireText(prompt); // says what there is
    }
    String question = text(row, prompt);
    String input = text(row, keys.name(RowFormat.ALPACA, "query"));
    String join = question.isEmpty() || input.isEmpty() ? "" : "\n";
    String response = keys.name(RowFormat.ALPACA, "response");
    List<String> answers = row.requireTexts(response);
    if (answers.size() != 1) {
      throw row.place()
          .wrong("field \"%s\" has %d answers, must have one".formatted(response, answers.size()));
    }
    turns.add(new Turn(question + join + input, answers.get(0)));
    return new Conversation(text(row, keys.name(RowFormat.ALPACA, "system")), turns);
  }

  private Conversation messages(DataRecord row, RowFormat shape) {
    String field = keys.name(shape, "messages");
    if (!row.has(field)) {
      row.requireText(field); // says what there is
    }
    String system = text(row, keys.name(shape, "system"));
    List<Turn> turns = new ArrayList<>();
    Optional<String> question = Optional.empty();
    int number = 0;
    for (Object message : list(row, field)) {
      String at = "message " + number++ + " of \"" + field + "\"";
      String role = part(row, at, message, keys.name(shape, "role_tag"));
      String content = part(row, at, message, keys.name(shape, "content_tag"));
      if (number == 1 && role.equals(keys.name(shape, "system_tag"))) {
        system = content;
      } else if (question.isEmpty() && role.equals(keys.name(shape, "user_tag"))) {
        question = Optional.of(content);
      } else if (question.isPresent() && role.equals(keys.name(shape, "assistant_tag"))) {
        turns.add(new Turn(question.get(), content));
        question = Optional.empty();
      } else {
        String expected = keys.name(shape, question.isPresent() ? "assistant_tag" : "user_tag");
        throw row.place()
            .wrong("%s is of \"%s\", \"%s\" must come here".formatted(at, role, expected));
      }
    }
    if (turns.isEmpty() || question.isPresent()) {
      throw row.place().wrong("field \"" + field + "\" does not end with an answer");
    }
    return new Conversation(system, turns);
  }

  private static String part(DataRecord row, String at, Object message, String name) {
    if (message instanceof Map<?, ?> parts && parts.get(name) instanceof String text) {
      return text;
    }
    throw row.place().wrong("%s has no text \"%s\": %s".formatted(at, name, show(message)));
  }

  private static List<?> list(DataRecord row, String field) {
    Object value = row.value(field).orElse(List.of());
    if (value instanceof List<?> list) {
      return list;
    }
    throw row.place().wrong("field \"%s\" must be a list, it has %s".formatted(field, show(value)));
  }

  private static String text(DataRecord row, String field) {
    return row.text(field).orElse("");
  }

  private static String show(Object value) {
    String text = value.toString();
    return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
  }
}
