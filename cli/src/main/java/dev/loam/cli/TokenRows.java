// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.model.ModelInput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A JSON file with rows of token ids and what belongs to them: {@code {"input_ids": [[...]],
 * "labels": [[...]], "attention_mask": [[...]], "position_ids": [[...]], "document_ids": [[...]]}},
 * or a bare list of rows.
 */
final class TokenRows {
  private static final Set<String> KEYS =
      Set.of("input_ids", "labels", "attention_mask", "position_ids", "document_ids");

  private final Path file;
  private final JsonNode root;

  private TokenRows(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  /**
   * Reads a model's input.
   *
   * @param labels a file with labels, which then count instead of those beside the ids
   */
  static ModelInput read(Path file, Optional<Path> labels) throws IOException {
    TokenRows rows = parse(file);
    TokenRows labelRows = labels.isPresent() ? parse(labels.get()) : rows;
    return new ModelInput(
        rows.required("input_ids"),
        labels.isPresent() ? Optional.of(labelRows.required("labels")) : rows.optional("labels"),
        rows.optional("attention_mask"),
        rows.optional("position_ids"),
        rows.optional("document_ids"));
  }

  private static TokenRows parse(Path file) throws IOException {
    JsonNode root =
        JsonText.parse(TextInput.read(file, "JSON with rows of token ids"), file.toString());
    for (Map.Entry<String, JsonNode> member : root.properties()) {
      if (!KEYS.contains(member.getKey())) {
        throw new UsageException(
            file + ": unknown key \"" + member.getKey() + "\"; known are " + new TreeSet<>(KEYS));
      }
    }
    return new TokenRows(file, root);
  }

  private List<List<Long>> required(String key) {
    if (root.isArray()) {
      return rows(key, root);
    }
    return optional(key)
        .orElseThrow(() -> new UsageException(file + ": the key \"" + key + "\" is missing"));
  }

  private Optional<List<List<Long>>> optional(String key) {
    JsonNode value = root.path(key);
    return value.isMissingNode() || value.isNull()
        ? Optional.empty()
        : Optional.of(rows(key, value));
  }

  private List<List<Long>> rows(String key, JsonNode value) {
    List<List<Long>> rows = new ArrayList<>();
    for (JsonNode row : list(key, value)) {
      String at = key + "[" + rows.size() + "]";
      List<Long> numbers = new ArrayList<>();
      for (JsonNode number : list(at, row)) {
        if (!number.isIntegralNumber() || !number.canConvertToLong()) {
          throw new UsageException(
              file + ": " + at + "[" + numbers.size() + "] must be an integer, not " + number);
        }
        numbers.add(number.longValue());
      }
      rows.add(numbers);
    }
    return rows;
  }

  private JsonNode list(String at, JsonNode value) {
    if (!value.isArray()) {
      throw new UsageException(
          file
              + ": "
              + at
              + " must be a list of rows of integers, [[...]]; found a "
              + value.getNodeType().name().toLowerCase(Locale.ROOT));
    }
    return value;
  }
}
