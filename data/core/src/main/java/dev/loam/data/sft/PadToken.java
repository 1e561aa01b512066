// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.sft;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.data.DataFormatException;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/** What rows are padded with. */
final class PadToken {
  private PadToken() {}

  /** The token of the options, else the tokenizer's own, else the one that ends a text. */
  static int of(InstructionOptions options, Tokenizer tokenizer) {
    if (options.padToken().isPresent()) {
      return options.padToken().getAsInt();
    }
    OptionalInt own = named(options.tokenizer()).map(tokenizer::id).orElse(tokenizer.endOfText());
    return own.orElseThrow(
        () ->
            new DataFormatException(
                options.tokenizer() + ": the tokenizer names no pad_token; set pad_token_id"));
  }

  /** What {@code tokenizer_config.json} calls {@code pad_token}, a text or an object with one. */
  private static Optional<String> named(Path tokenizer) {
    Path file = tokenizer.resolve("tokenizer_config.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      JsonNode pad = new ObjectMapper().readTree(file.toFile()).path("pad_token");
      String token = pad.path("content").asText(pad.asText());
      return token.isEmpty() || pad.isNull() ? Optional.empty() : Optional.of(token);
    } catch (IOException e) {
      throw new DataFormatException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
