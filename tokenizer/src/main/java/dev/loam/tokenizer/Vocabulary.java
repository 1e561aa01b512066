// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Tokens and their ids, one to one; ids may have gaps. Immutable. */
final class Vocabulary {
  /** Ids end below this, so that a hostile file cannot ask for a table of two billion entries. */
  static final int ID_LIMIT = 1 << 22;

  private final Map<String, Integer> ids;
  private final String[] tokens;

  private Vocabulary(Map<String, Integer> ids, String[] tokens) {
    this.ids = ids;
    this.tokens = tokens;
  }

  /** One more than the largest id. */
  int size() {
    return tokens.length;
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  Optional<String> token(int id) {
    return id < 0 || id >= tokens.length || tokens[id].isEmpty()
        ? Optional.empty()
        : Optional.of(tokens[id]);
  }

  /** Collects tokens and refuses those that clash. */
  static final class Builder {
    private final Map<String, Integer> ids = new HashMap<>();
    private String[] tokens = new String[0];
    private int size;

    /** Starts with the tokens of another vocabulary. */
    Builder addAll(Vocabulary other) {
      ids.putAll(other.ids);
      reserve(other.tokens.length);
      System.arraycopy(other.tokens, 0, tokens, 0, other.tokens.length);
      return this;
    }

    /**
     * Adds a token; the same token with the same id may be added again.
     *
     * @param id where the id is given
     */
    Builder add(String token, JsonValue id) {
      if (token.isEmpty()) {
        throw id.problem("a token must not be empty");
      }
      if (!Utf16.isWellFormed(token)) {
        throw id.problem("a token must not hold half a surrogate pair");
      }
      int n = id.integer();
      if (n < 0 || n >= ID_LIMIT) {
        throw id.problem("the id " + n + " is not among 0 to " + (ID_LIMIT - 1));
      }
      Integer known = ids.putIfAbsent(token, n);
      if (known != null && known != n) {
        throw id.problem(
            "the token " + JsonValue.quoted(token) + " has the id " + n + " and also " + known);
      }
      reserve(n + 1);
      if (known == null && !tokens[n].isEmpty()) {
        throw id.problem(
            String.format(
                "the id %d belongs to %s and also to %s",
                n, JsonValue.quoted(tokens[n]), JsonValue.quoted(token)));
      }
      tokens[n] = token;
      return this;
    }

    Vocabulary build() {
      return new Vocabulary(new HashMap<>(ids), Arrays.copyOf(tokens, size));
    }

    private void reserve(int wanted) {
      size = Math.max(size, wanted);
      if (wanted > tokens.length) {
        int old = tokens.length;
        tokens = Arrays.copyOf(tokens, Math.max(wanted, old + (old >> 1)));
        Arrays.fill(tokens, old, tokens.length, "");
      }
    }
  }
}
