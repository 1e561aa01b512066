// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.mindspeed.RowFormat;
import dev.loam.data.mindspeed.RowKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What rows of instruction data look like. */
final class InstructionRowOptions {
  @Option(
      names = "--handler-name",
      paramLabel = "NAME",
      description =
          "AlpacaStyleInstructionHandler, SharegptStyleInstructionHandler or"
              + " OpenAIInstructionHandler; by default what each row looks like.")
  private Optional<String> handler = Optional.empty();

  @Option(
      names = "--map-keys",
      paramLabel = "JSON",
      description =
          "What fields are called, such as {\"prompt\": \"question\", \"query\": \"\","
              + " \"response\": \"answer\"}; \"\" leaves one out. Also history, system, messages and"
              + " tags.")
  private Optional<String> mapKeys = Optional.empty();

  Optional<RowFormat> format() {
    return handler.map(
        name ->
            switch (name) {
              case "AlpacaStyleInstructionHandler" -> RowFormat.ALPACA;
              case "SharegptStyleInstructionHandler" -> RowFormat.SHAREGPT;
              case "OpenAIInstructionHandler", "OpenAIStyleInstructionHandler" -> RowFormat.OPENAI;
              default ->
                  throw new UsageException(
                      "--handler-name "
                          + name
                          + " is not available; use AlpacaStyleInstructionHandler,"
                          + " SharegptStyleInstructionHandler or OpenAIInstructionHandler, or for"
                          + " pre-training loam preprocess");
            });
  }

  RowKeys keys() {
    if (mapKeys.isEmpty()) {
      return RowKeys.usual();
    }
    JsonNode root = JsonText.parse(mapKeys.get(), "--map-keys");
    if (!root.isObject()) {
      throw new UsageException("--map-keys must be a JSON object, not " + root);
    }
    Map<String, String> names = new LinkedHashMap<>();
    add(names, root);
    try {
      return new RowKeys(names);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage(), e);
    }
  }

  /** MindSpeed-LLM has the names of roles in a section of its own, tags. */
  private static void add(Map<String, String> names, JsonNode section) {
    for (Map.Entry<String, JsonNode> member : section.properties()) {
      JsonNode name = member.getValue();
      if (member.getKey().equals("tags") && name.isObject()) {
        add(names, name);
      } else if (name.isTextual() || name.isNull()) {
        names.put(member.getKey(), name.isNull() ? "" : name.textValue());
      } else {
        throw new UsageException(
            "--map-keys: " + member.getKey() + " must be the name of a field, not " + name);
      }
    }
  }
}
