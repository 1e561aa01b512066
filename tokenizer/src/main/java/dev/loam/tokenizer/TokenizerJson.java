// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a {@code tokenizer.json} says. Whatever in it is not understood is refused, since a
 * tokenizer that leaves out a step gives wrong ids without a word.
 *
 * @param vocabulary the model's tokens and the added ones
 */
record TokenizerJson(
    BpeModel model,
    Vocabulary vocabulary,
    List<AddedToken> addedTokens,
    Normalization normalization,
    PreTokenizer preTokenizer) {
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
  private static final Set<String> ADDED_TOKEN_KEYS =
      Set.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");

  static TokenizerJson read(Path file) {
    JsonValue root = JsonValue.read(file);
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
    PreTokenizer preTokenizer = PipelineJson.preTokenizer(root);
    PipelineJson.checkPostProcessor(root);
    PipelineJson.checkDecoder(root);
    BpeModel model = BpeModelJson.read(root.requiredObject("model"));
    Vocabulary.Builder vocabulary = new Vocabulary.Builder().addAll(model.vocabulary());
    List<AddedToken> addedTokens = addedTokens(root, normalization, vocabulary);
    return new TokenizerJson(
        model, vocabulary.build(), List.copyOf(addedTokens), normalization, preTokenizer);
  }

  private static List<AddedToken> addedTokens(
      JsonValue root, Normalization normalization, Vocabulary.Builder vocabulary) {
    List<AddedToken> tokens = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    List<JsonValue> elements = root.get("added_tokens").map(JsonValue::elements).orElse(List.of());
    for (JsonValue element : elements) {
      element.allowOnly(ADDED_TOKEN_KEYS);
      JsonValue content = element.required("content");
      JsonValue id = element.required("id");
      AddedToken token =
          new AddedToken(
              id.integer(),
              content.string(),
              element.flag("single_word"),
              element.flag("lstrip"),
              element.flag("rstrip"),
              element.flag("normalized"),
              element.flag("special"));
      if (!seen.add(token.content())) {
        throw content.problem("the added token " + content.shown() + " is given twice");
      }
      if (token.normalized() && !normalization.apply(token.content()).equals(token.content())) {
        throw content.problem("a token with normalized=true must be in normalization form C");
      }
      vocabulary.add(token.content(), id);
      tokens.add(token);
    }
    return tokens;
  }
}
