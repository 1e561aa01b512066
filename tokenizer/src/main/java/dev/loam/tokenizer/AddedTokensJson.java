// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.JsonCursor;
import dev.loam.tokenizer.internal.JsonValue;
import dev.loam.tokenizer.internal.Normalization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the added tokens of a {@code tokenizer.json}, as they come. */
final class AddedTokensJson {
  private static final Set<String> KEYS =
      Set.of("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
  private static final int LIMIT = 1 << 17;

  private final JsonValue place;
  private final List<AddedToken> tokens = new ArrayList<>();

  AddedTokensJson(JsonValue place) {
    this.place = place;
  }

  /** Reads the value at hand. */
  static AddedTokensJson read(JsonCursor cursor) throws IOException {
    AddedTokensJson added = new AddedTokensJson(cursor.place());
    if (cursor.isNull()) {
      return added;
    }
    Set<String> seen = new HashSet<>();
    cursor.elements(
        () -> {
          JsonValue element = cursor.element();
          element.allowOnly(KEYS);
          JsonValue content = element.required("content");
          AddedToken token = token(element.required("id").integer(), element);
          if (!seen.add(token.content())) {
            throw content.problem("the added token " + content.shown() + " is given twice");
          }
          if (added.tokens.size() == LIMIT) {
            throw element.problem("there are more than " + LIMIT + " added tokens");
          }
          added.tokens.add(token);
        });
    return added;
  }

  /** An added token as an object describes it; flags are false where they are absent. */
  static AddedToken token(int id, JsonValue element) {
    return new AddedToken(
        id,
        element.required("content").string(),
        element.flag("single_word"),
        element.flag("lstrip"),
        element.flag("rstrip"),
        element.flag("normalized"),
        element.flag("special"));
  }

  /** What the tokens are in text. */
  Set<String> contents() {
    return tokens.stream().map(AddedToken::content).collect(Collectors.toSet());
  }

  /** The tokens, added to the vocabulary. */
  List<AddedToken> build(Normalization normalization, Vocabulary.Builder vocabulary) {
    for (int i = 0; i < tokens.size(); i++) {
      AddedToken token = tokens.get(i);
      JsonValue element = place.element(i);
      if (token.normalized() && !normalization.apply(token.content()).equals(token.content())) {
        throw element
            .child("content")
            .problem("a token with normalized=true must be in normalization form C");
      }
      vocabulary.add(token.content(), token.id(), element.child("id")::problem);
    }
    return List.copyOf(tokens);
  }
}
