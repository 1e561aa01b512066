// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.internal.JsonValue;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads what concerns encoding in a {@code tokenizer_config.json}. */
final class TokenizerConfigJson {
  private TokenizerConfigJson() {}

  /**
   * The id of {@code eos_token}. The file lists the added tokens a second time; where it
   * contradicts {@code tokenizer.json} the two do not belong together and are refused.
   *
   * @param root the file
   */
  static OptionalInt endOfText(JsonValue root, Vocabulary vocabulary) {
    // Clean-up alone changes nothing: the library leaves it out for BPE unless it is forced.
    String forced = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output";
    if (root.flag("clean_up_tokenization_spaces") && root.flag(forced)) {
      throw root.child(forced).problem("is not supported; set it to false");
    }
    root.get("added_tokens_decoder").ifPresent(tokens -> checkAddedTokens(tokens, vocabulary));
    Optional<JsonValue> token = root.get("eos_token").map(TokenizerConfigJson::content);
    return token.isEmpty() ? OptionalInt.empty() : OptionalInt.of(id(token.get(), vocabulary));
  }

  private static void checkAddedTokens(JsonValue tokens, Vocabulary vocabulary) {
    for (Map.Entry<String, JsonNode> e : tokens.members()) {
      JsonValue token = content(tokens.member(e.getKey(), e.getValue()));
      String id = String.valueOf(id(token, vocabulary));
      if (!id.equals(e.getKey())) {
        throw token.problem(
            "the token " + token.shown() + " has the id " + id + " in tokenizer.json");
      }
    }
  }

  /** A token is written as a string, or as an object with its content and flags. */
  private static JsonValue content(JsonValue token) {
    return token.node().isObject() ? token.required("content") : token;
  }

  private static int id(JsonValue token, Vocabulary vocabulary) {
    return vocabulary
        .id(token.string())
        .orElseThrow(
            () -> token.problem("the token " + token.shown() + " is not in tokenizer.json"));
  }
}
