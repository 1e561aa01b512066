// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.model.Qwen3Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The tokens that end a generated text. */
final class StopTokens {
  private static final String KEY = "eos_token_id";

  private StopTokens() {}

  /**
   * Those that {@code generation_config.json} names, one or a list; where it names none, those of
   * {@code config.json}.
   */
  static Set<Integer> of(Path folder, Qwen3Config config) throws IOException {
    Path file = folder.resolve("generation_config.json");
    if (!Files.exists(file)) {
      return Set.copyOf(config.tokens().eos());
    }
    JsonNode root = JsonText.parse(TextInput.read(file, "JSON"), file.toString());
    if (!root.isObject()) {
      throw new UsageException(file + ": expected a JSON object");
    }
    JsonNode ids = root.path(KEY);
    if (ids.isMissingNode() || ids.isNull()) {
      return Set.copyOf(config.tokens().eos());
    }
    Set<Integer> stop = new HashSet<>();
    if (ids.isArray()) {
      ids.forEach(id -> stop.add(id(file, id)));
    } else {
      stop.add(id(file, ids));
    }
    return stop;
  }

  private static int id(Path file, JsonNode id) {
    if (!id.isIntegralNumber() || !id.canConvertToInt()) {
      throw new UsageException(
          file + ": " + KEY + " must be a token id or a list of them, not " + id);
    }
    return id.intValue();
  }
}
