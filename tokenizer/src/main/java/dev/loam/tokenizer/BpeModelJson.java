// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.internal.ByteLevel;
import dev.loam.tokenizer.internal.JsonCursor;
import dev.loam.tokenizer.internal.JsonValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the model of a {@code tokenizer.json}: vocabulary and merges, as they come, and the options
 * beside them. Where the merges come first the file is read once more for them.
 */
final class BpeModelJson {
  private static final Set<String> KEYS =
      Set.of(
          "type",
          "dropout",
          "unk_token",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "fuse_unk",
          "byte_fallback",
          "ignore_merges");

  private static final List<String> SWITCHED_OFF =
      List.of(
          "dropout",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "fuse_unk",
          "byte_fallback");

  private final JsonValue place;
  private final Map<String, JsonValue> options = new LinkedHashMap<>();
  private @Nullable Vocabulary vocabulary;
  private @Nullable MergeTable merges;
  private boolean mergesCameFirst;

  private BpeModelJson(JsonValue place) {
    this.place = place;
  }

  /**
   * Reads the value at hand, without judging its options.
   *
   * @param scanned has the vocabulary and the merges where they are left out
   */
  static BpeModelJson read(JsonCursor cursor, Optional<ScannedModel> scanned) throws IOException {
    BpeModelJson model = new BpeModelJson(cursor.place());
    scanned.ifPresent(
        known -> {
          model.vocabulary = known.vocabulary();
          model.merges = known.merges();
        });
    Set<String> skipped = scanned.isPresent() ? Set.of("vocab", "merges") : Set.of();
    cursor.members(
        key -> {
          if (skipped.contains(key)) {
            cursor.skip();
            return;
          }
          switch (key) {
            case "vocab" -> model.vocabulary = vocabulary(cursor);
            case "merges" -> model.readMerges(cursor);
            default -> model.options.put(key, cursor.value());
          }
        });
    return model;
  }

  private void readMerges(JsonCursor cursor) throws IOException {
    if (vocabulary == null) {
      mergesCameFirst = true;
      cursor.skip();
    } else {
      checkBytes(vocabulary, place.child("vocab")::problem); // or it would be a merge's fault
      merges = merges(cursor, vocabulary);
    }
  }

  /**
   * The model, if it is one that is understood.
   *
   * @param added the contents of the added tokens
   */
  BpeModel build(Set<String> added) {
    // The type comes first: under another type the other keys would be misleading to name.
    option("type")
        .filter(type -> !type.string().equals("BPE"))
        .ifPresent(
            type -> {
              throw type.expected("\"BPE\"");
            });
    options.forEach(
        (key, value) -> {
          if (!KEYS.contains(key)) {
            throw value.unknown(KEYS);
          }
        });
    for (String key : SWITCHED_OFF) {
      option(key).filter(value -> !isOff(value.node())).ifPresent(BpeModelJson::refuse);
    }
    if (vocabulary == null) {
      throw place.missing("vocab");
    }
    Vocabulary tokens = vocabulary;
    // Every byte is a token, so that there is never an unknown one.
    option("unk_token")
        .filter(value -> !isOff(value.node()))
        .filter(value -> !isToken(value.string(), tokens, added))
        .ifPresent(BpeModelJson::refuse);
    checkBytes(tokens, place.child("vocab")::problem);
    if (mergesCameFirst) {
      merges = readMergesAgain(place.file(), tokens);
    }
    if (merges == null) {
      throw place.missing("merges");
    }
    return new BpeModel(tokens, merges, option("ignore_merges").map(JsonValue::bool).orElse(false));
  }

  private Optional<JsonValue> option(String key) {
    return Optional.ofNullable(options.get(key)).filter(value -> !value.node().isNull());
  }

  private static boolean isOff(JsonNode node) {
    return (node.isBoolean() && !node.booleanValue())
        || (node.isNumber() && node.doubleValue() == 0)
        || (node.isTextual() && node.textValue().isEmpty());
  }

  private static boolean isToken(String token, Vocabulary vocabulary, Set<String> added) {
    return vocabulary.id(token).isPresent() || added.contains(token);
  }

  private static void refuse(JsonValue value) {
    throw value.problem("is not supported in byte-level BPE; found " + value.shown());
  }

  private static MergeTable readMergesAgain(Path file, Vocabulary vocabulary) {
    List<MergeTable> found = new ArrayList<>();
    JsonCursor.read(
        file,
        cursor -> {
          cursor.members(
              key -> {
                if (!key.equals("model")) {
                  cursor.skip();
                  return;
                }
                cursor.members(
                    inModel -> {
                      if (inModel.equals("merges")) {
                        found.add(merges(cursor, vocabulary));
                      } else {
                        cursor.skip();
                      }
                    });
              });
          return found;
        });
    return found.get(0);
  }

  /** Reads an object of tokens and ids. */
  static Vocabulary vocabulary(JsonCursor cursor) throws IOException {
    Vocabulary.Builder builder = new Vocabulary.Builder();
    Function<String, TokenizerFormatException> problem = cursor::problem;
    cursor.manyMembers(
        token -> {
          if (builder.addNew(token, cursor.integer(), problem) >= 0) {
            throw cursor.duplicate(token);
          }
        });
    return builder.build();
  }

  /** Makes sure that every byte is a token. */
  static void checkBytes(
      Vocabulary vocabulary, Function<String, TokenizerFormatException> problem) {
    for (int b = 0; b < 256; b++) {
      String token = String.valueOf(ByteLevel.charOf(b));
      if (vocabulary.id(token).isEmpty()) {
        throw problem.apply(
            String.format(
                "no token %s for the byte 0x%02X; a byte-level vocabulary has all 256",
                JsonValue.quoted(token), b));
      }
    }
  }

  private static MergeTable merges(JsonCursor cursor, Vocabulary vocabulary) throws IOException {
    MergeList merges = new MergeList(vocabulary, cursor::problem);
    cursor.elements(
        () -> {
          if (cursor.isString()) {
            String merge = cursor.string();
            int blank = merge.indexOf(' ');
            if (blank < 0 || merge.indexOf(' ', blank + 1) >= 0) {
              throw notAMerge(cursor);
            }
            merges.add(merge.substring(0, blank), merge.substring(blank + 1));
          } else {
            addPair(cursor, merges);
          }
        });
    return merges.build();
  }

  /** Since tokenizers 0.20 a merge is written as a pair. */
  private static void addPair(JsonCursor cursor, MergeList merges) throws IOException {
    if (!cursor.isArray()) {
      throw notAMerge(cursor);
    }
    if (!cursor.next()) {
      throw cursor.problem("a merge is of two tokens");
    }
    String left = cursor.string();
    if (!cursor.next()) {
      throw cursor.problem("a merge is of two tokens");
    }
    String right = cursor.string();
    if (cursor.next()) {
      throw cursor.problem("a merge is of two tokens");
    }
    merges.add(left, right);
  }

  private static TokenizerFormatException notAMerge(JsonCursor cursor) throws IOException {
    return cursor.expected("a merge of two tokens, [\"a\", \"b\"] or \"a b\"");
  }
}
