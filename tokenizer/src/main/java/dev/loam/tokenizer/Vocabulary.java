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

  /** Whether a token stands for these bytes in the alphabet of ByteLevel. */
  boolean is(int id, byte[] bytes, int from, int to) {
    return slab.has(id) && slab.is(id, bytes, from, to, false);
  }

  Optional<String> token(int id) {
    return slab.has(id) ? Optional.of(slab.token(id)) : Optional.empty();
  }

  /** How many bytes a token decodes to; 0 for an id without one. */
  int length(int id) {
    return slab.length(id);
  }

  /** How many bytes of words a token stands for; 0 where it is not written in the alphabet. */
  int wordLength(int id) {
    return slab.isLiteral(id) ? 0 : slab.length(id);
  }

  /** Where a token's bytes start in {@link #bytes}. */
  int start(int id) {
    return slab.start(id);
  }

  /** The bytes of all tokens, not to be changed. */
  byte[] bytes() {
    return slab.bytes();
  }

  /** Copies the bytes that a token decodes to; there must be such a token. */
  void copyBytes(int id, byte[] target, int at) {
    slab.copy(id, target, at);
  }

  /** Collects tokens and refuses those that clash. */
  static final class Builder {
    private final TokenSlab slab;

    Builder() {
      this(0);
    }

    /**
     * @param expected about how many tokens there will be
     */
    Builder(int expected) {
      slab = new TokenSlab(expected);
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

    /**
     * Adds a token in the alphabet of ByteLevel, unless anything is wrong with it or it is there.
     *
     * @param bytes what it stands for, the first {@code length} of them
     */
    boolean addNew(byte[] bytes, int length, int id) {
      return length > 0
          && id >= 0
          && id < ID_LIMIT
          && slab.used() <= MAX_BYTES
          && !slab.has(id)
          && slab.add(bytes, length, false, id) < 0;
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
