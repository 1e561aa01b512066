// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import dev.loam.tokenizer.internal.JsonValue;
import dev.loam.tokenizer.internal.Utf16;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Tokens and their ids, one to one; ids may have gaps. Immutable. */
final class Vocabulary {
  /** Ids end below this, so that a hostile file cannot ask for tables of any size. */
  static final int ID_LIMIT = 1 << 20;

  private static final int MAX_BYTES = 16 << 20;

  private final TokenSlab slab;

  private Vocabulary(TokenSlab slab) {
    this.slab = slab;
  }

  /** One more than the largest id. */
  int size() {
    return slab.size();
  }

  OptionalInt id(String token) {
    int id = slab.find(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The id of the token that stands for these bytes in the alphabet of ByteLevel, or -1. */
  int find(byte[] bytes, int from, int to) {
    return slab.find(bytes, from, to, false);
  }

  Optional<String> token(int id) {
    return slab.has(id) ? Optional.of(slab.token(id)) : Optional.empty();
  }

  /** How many bytes a token decodes to; 0 for an id without one. */
  int length(int id) {
    return slab.length(id);
  }

  /** Copies the bytes that a token decodes to; there must be such a token. */
  void copyBytes(int id, byte[] target, int at) {
    slab.copy(id, target, at);
  }

  /** Collects tokens and refuses those that clash. */
  static final class Builder {
    private final TokenSlab slab;

    Builder() {
      slab = new TokenSlab();
    }

    /** Starts with the tokens of another vocabulary. */
    Builder(Vocabulary other) {
      slab = other.slab.copy();
    }

    /**
     * Adds a token; the same token with the same id may be added again.
     *
     * @param problem makes a complaint about the place where the id is given
     */
    void add(String token, int id, Function<String, TokenizerFormatException> problem) {
      int known = addNew(token, id, problem);
      if (known >= 0 && known != id) {
        throw problem.apply(
            "the token " + JsonValue.quoted(token) + " has the id " + id + " and also " + known);
      }
    }

    /**
     * Adds a token unless it is there.
     *
     * @return the id that it has already, or -1
     */
    int addNew(String token, int id, Function<String, TokenizerFormatException> problem) {
      if (token.isEmpty()) {
        throw problem.apply("a token must not be empty");
      }
      if (!Utf16.isWellFormed(token)) {
        throw problem.apply("a token must not hold half a surrogate pair");
      }
      if (id < 0 || id >= ID_LIMIT) {
        throw problem.apply("the id " + id + " is not among 0 to " + (ID_LIMIT - 1));
      }
      if (slab.used() > MAX_BYTES) {
        throw problem.apply("the tokens so far have more than " + MAX_BYTES + " bytes");
      }
      boolean taken = slab.has(id);
      int known = slab.add(token, id);
      if (taken && known < 0) {
        throw problem.apply(
            String.format(
                "the id %d belongs to %s and also to %s",
                id, JsonValue.quoted(slab.token(id)), JsonValue.quoted(token)));
      }
      return known;
    }

    /** One more than the largest id so far. */
    int size() {
      return slab.size();
    }

    /** The vocabulary; nothing may be added any more. */
    Vocabulary build() {
      slab.trim();
      return new Vocabulary(slab);
    }
  }
}
