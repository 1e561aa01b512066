// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the model of a {@code tokenizer.json}: vocabulary and merges. */
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
          "ignore_merges",
          "vocab",
          "merges");

  private static final List<String> SWITCHED_OFF =
      List.of(
          "dropout",
          "unk_token",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "fuse_unk",
          "byte_fallback");

  private BpeModelJson() {}

  static BpeModel read(JsonValue model) {
    // The type comes first: under another type the other keys would be misleading to name.
    model
        .get("type")
        .filter(type -> !type.string().equals("BPE"))
        .ifPresent(
            type -> {
              throw type.expected("\"BPE\"");
            });
    model.allowOnly(KEYS);
    SWITCHED_OFF.forEach(key -> refuseUnlessOff(model, key));
    Vocabulary vocabulary = vocabulary(model.requiredObject("vocab"));
    MergeTable merges = merges(model.required("merges").elements(), vocabulary);
    return new BpeModel(vocabulary, merges, model.flag("ignore_merges"));
  }

  private static void refuseUnlessOff(JsonValue model, String key) {
    model
        .get(key)
        .filter(
            value -> {
              JsonNode node = value.node();
              boolean off =
                  (node.isBoolean() && !node.booleanValue())
                      || (node.isNumber() && node.doubleValue() == 0)
                      || (node.isTextual() && node.textValue().isEmpty());
              return !off;
            })
        .ifPresent(
            value -> {
              throw value.problem("is not supported in byte-level BPE; found " + value.shown());
            });
  }

  private static Vocabulary vocabulary(JsonValue vocab) {
    Vocabulary.Builder builder = new Vocabulary.Builder();
    for (Map.Entry<String, JsonNode> e : vocab.members()) {
      builder.add(e.getKey(), vocab.member(e.getKey(), e.getValue()));
    }
    Vocabulary vocabulary = builder.build();
    for (int b = 0; b < 256; b++) {
      String token = String.valueOf(ByteLevel.charOf(b));
      if (vocabulary.id(token).isEmpty()) {
        throw vocab.problem(
            String.format(
                "no token %s for the byte 0x%02X; a byte-level vocabulary has all 256",
                JsonValue.quoted(token), b));
      }
    }
    return vocabulary;
  }

  private static MergeTable merges(List<JsonValue> elements, Vocabulary vocabulary) {
    long[] pairs = new long[elements.size()];
    int[] results = new int[elements.size()];
    for (int rank = 0; rank < pairs.length; rank++) {
      JsonValue merge = elements.get(rank);
      List<String> parts = parts(merge);
      pairs[rank] =
          MergeTable.pair(
              known(merge, parts.get(0), vocabulary), known(merge, parts.get(1), vocabulary));
      results[rank] = known(merge, parts.get(0) + parts.get(1), vocabulary);
    }
    return new MergeTable(pairs, results);
  }

  /** A merge is written "a b" or, since tokenizers 0.20, ["a", "b"]. */
  private static List<String> parts(JsonValue merge) {
    List<String> parts =
        merge.node().isTextual()
            ? List.of(merge.string().split(" ", -1))
            : merge.node().isArray()
                ? merge.elements().stream().map(JsonValue::string).toList()
                : List.of();
    if (parts.size() != 2) {
      throw merge.expected("a merge of two tokens, [\"a\", \"b\"] or \"a b\"");
    }
    return parts;
  }

  private static int known(JsonValue merge, String token, Vocabulary vocabulary) {
    return vocabulary
        .id(token)
        .orElseThrow(
            () ->
                merge.problem(
                    "the token " + JsonValue.quoted(token) + " is not in the vocabulary"));
  }
}
