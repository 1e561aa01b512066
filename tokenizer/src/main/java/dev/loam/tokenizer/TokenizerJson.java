// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.tokenizer.internal.JsonCursor;
import dev.loam.tokenizer.internal.JsonValue;
import dev.loam.tokenizer.internal.Normalization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code tokenizer.json} says. Whatever in it is not understood is refused, since a
 * tokenizer that leaves out a step gives wrong ids without a word.
 *
 * @param vocabulary the model's tokens and the added ones
 * @param addPrefixSpace whether every plain part of a text that does not start with a space gets
 *     one, after normalization
 * @param trimOffsets whether the library's spans leave out white space at their ends
 */
record TokenizerJson(
    BpeModel model,
    Vocabulary vocabulary,
    List<AddedToken> addedTokens,
    Normalization normalization,
    PreTokenizer preTokenizer,
    boolean addPrefixSpace,
    boolean trimOffsets) {
  private static final Set<String> KEYS =
      Set.of(
          "version",
          "truncation",
          "padding",
          "added_tokens",
          "normalizer",
          "pre_tokenizer",
          "post_processor",
          "decoder",
          "model");

  /** The parts of a file, in whatever order they come. */
  private static final class Parts {
    final JsonValue place;
    final ObjectNode others = JsonNodeFactory.instance.objectNode();
    AddedTokensJson addedTokens;
    @Nullable BpeModelJson model;

    Parts(JsonCursor cursor) {
      place = cursor.place();
      addedTokens = new AddedTokensJson(place);
    }

    static Parts read(JsonCursor cursor, Optional<ScannedModel> scanned) throws IOException {
      Parts parts = new Parts(cursor);
      cursor.members(
          key -> {
            switch (key) {
              case "added_tokens" -> parts.addedTokens = AddedTokensJson.read(cursor);
              case "model" -> {
                if (!cursor.isNull()) {
                  parts.model = BpeModelJson.read(cursor, scanned);
                }
              }
              default -> parts.others.set(key, cursor.value().node());
            }
          });
      return parts;
    }
  }

  static TokenizerJson read(Path file) {
    JsonCursor.check(file);
    Optional<ScannedModel> scanned = ScannedModel.of(file);
    if (scanned.isPresent()) {
      try {
        return build(
            file,
            JsonCursor.read(file, scanned.get().rest(), cursor -> Parts.read(cursor, scanned)));
      } catch (TokenizerFormatException e) {
        // The general reader knows its true place, and whether something comes before it.
      }
    }
    return readGenerally(file);
  }

  /** Reads any file in the one way that works for all. */
  static TokenizerJson readGenerally(Path file) {
    return build(file, JsonCursor.read(file, cursor -> Parts.read(cursor, Optional.empty())));
  }

  private static TokenizerJson build(Path file, Parts parts) {
    JsonValue root = new JsonValue(file, parts.place.path(), parts.others);
    root.allowOnly(KEYS);
    JsonValue version = root.required("version");
    if (!version.string().equals("1.0")) {
      throw version.expected("\"1.0\"");
    }
    for (String key : List.of("truncation", "padding")) {
      root.get(key)
          .ifPresent(
              value -> {
                throw value.problem("is not supported; set it to null");
              });
    }
    Normalization normalization = PipelineJson.normalization(root);
    PipelineJson.Words words = PipelineJson.words(root);
    boolean trimOffsets = PipelineJson.trimOffsets(root);
    PipelineJson.checkDecoder(root);
    if (parts.model == null) {
      throw root.missing("model");
    }
    BpeModel model = parts.model.build(parts.addedTokens.contents());
    Vocabulary.Builder vocabulary = new Vocabulary.Builder(model.vocabulary());
    List<AddedToken> addedTokens = parts.addedTokens.build(normalization, vocabulary);
    return new TokenizerJson(
        model,
        vocabulary.build(),
        addedTokens,
        normalization,
        words.preTokenizer(),
        words.addPrefixSpace(),
        trimOffsets);
  }
}
