// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.internal.JsonCursor;
import dev.loam.tokenizer.internal.JsonValue;
import dev.loam.tokenizer.internal.Normalization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A folder of the older layout, without {@code tokenizer.json}: {@code vocab.json}, {@code
 * merges.txt}, and {@code tokenizer_config.json}, whose class says how text is cut. Added tokens
 * come from the config's {@code added_tokens_decoder}, else from {@code added_tokens.json} with
 * {@code special_tokens_map.json}, and get the flags that Hugging Face's library gives them.
 */
final class VocabMergesFolder {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final List<String> NAMED =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  private static final List<String> LISTS =
      List.of("additional_special_tokens", "extra_special_tokens");

  /** What a class takes for special tokens that the files do not mention. */
  private static final Map<String, List<String>> DEFAULTS =
      Map.of(
          "Qwen2Tokenizer", List.of("eos_token", "unk_token", "pad_token"),
          "GPT2Tokenizer", List.of("bos_token", "eos_token", "unk_token"));

  private final JsonValue config;
  private final Optional<JsonValue> map;
  private final String tokenizerClass;
  private final Vocabulary model;
  private final MergeTable merges;
  private final Vocabulary.Builder vocabulary;
  private final Map<String, AddedToken> added = new LinkedHashMap<>();

  private VocabMergesFolder(Path folder) {
    config = JsonValue.read(folder.resolve("tokenizer_config.json"));
    Path mapFile = folder.resolve("special_tokens_map.json");
    boolean listed = config.get("added_tokens_decoder").isPresent();
    map =
        !listed && Files.exists(mapFile) ? Optional.of(JsonValue.read(mapFile)) : Optional.empty();
    JsonValue name = config.required("tokenizer_class");
    tokenizerClass = name.string().replaceFirst("Fast$", "");
    if (!DEFAULTS.containsKey(tokenizerClass)) {
      throw name.expected("Qwen2Tokenizer or GPT2Tokenizer, with or without Fast");
    }
    if (isQwen() && config.flag("add_prefix_space")) {
      throw config.child("add_prefix_space").expected("false");
    }
    Path vocabFile = folder.resolve("vocab.json");
    model = JsonCursor.read(vocabFile, BpeModelJson::vocabulary);
    BpeModelJson.checkBytes(
        model, what -> new TokenizerFormatException(vocabFile + ": $: " + what));
    merges = MergesTxt.read(folder.resolve("merges.txt"), model);
    vocabulary = new Vocabulary.Builder(model);
    readAdded(folder.resolve("added_tokens.json"));
    addNamed();
    addLists();
  }

  static boolean isOne(Path folder) {
    return !Files.exists(folder.resolve("tokenizer.json"))
        && Files.exists(folder.resolve("vocab.json"));
  }

  static VocabMergesFolder read(Path folder) {
    return new VocabMergesFolder(folder);
  }

  TokenizerJson tokenizer() {
    return new TokenizerJson(
        new BpeModel(model, merges, false),
        vocabulary.build(),
        List.copyOf(added.values()),
        normalization(),
        isQwen() ? PreTokenizer.QWEN : PreTokenizer.GPT2,
        config.flag("add_prefix_space"),
        false);
  }

  OptionalInt endOfText() {
    return named("eos_token")
        .map(token -> OptionalInt.of(Objects.requireNonNull(added.get(content(token))).id()))
        .orElse(OptionalInt.empty());
  }

  private boolean isQwen() {
    return tokenizerClass.equals("Qwen2Tokenizer");
  }

  private Normalization normalization() {
    return isQwen() ? Normalization.NFC : Normalization.NONE;
  }

  private void readAdded(Path file) {
    Optional<JsonValue> listed = config.get("added_tokens_decoder");
    if (listed.isPresent()) {
      for (Map.Entry<String, JsonNode> e : listed.get().members()) {
        JsonValue token = listed.get().member(e.getKey(), e.getValue());
        add(AddedTokensJson.token(id(e.getKey(), token), token), token);
      }
    } else if (Files.exists(file)) {
      JsonValue tokens = JsonValue.read(file);
      for (Map.Entry<String, JsonNode> e : tokens.members()) {
        JsonValue id = tokens.member(e.getKey(), e.getValue());
        boolean special = isSpecial(e.getKey());
        add(new AddedToken(id.integer(), e.getKey(), false, false, false, !special, special), id);
      }
    }
  }

  private static int id(String key, JsonValue place) {
    try {
      return Integer.parseInt(key);
    } catch (NumberFormatException e) {
      throw place.problem("the key is to be the id of the token");
    }
  }

  private boolean isSpecial(String content) {
    return NAMED.stream()
            .anyMatch(key -> named(key).map(this::content).equals(Optional.of(content)))
        || LISTS.stream()
            .flatMap(key -> config.get(key).stream())
            .flatMap(list -> list.elements().stream())
            .anyMatch(token -> content(token).equals(content));
  }

  /** Tokens with a name are special whatever else is said about them. */
  private void addNamed() {
    for (String key : NAMED) {
      named(key)
          .ifPresent(
              token -> {
                AddedToken known = added.get(content(token));
                if (known == null) {
                  addSpecial(token);
                } else if (!known.special()) {
                  added.put(
                      known.content(),
                      new AddedToken(
                          known.id(),
                          known.content(),
                          known.singleWord(),
                          known.leftStrip(),
                          known.rightStrip(),
                          false,
                          true));
                }
              });
    }
  }

  private void addLists() {
    for (String key : LISTS) {
      for (JsonValue source : map.isPresent() ? List.of(map.get(), config) : List.of(config)) {
        for (JsonValue token : source.get(key).map(JsonValue::elements).orElse(List.of())) {
          if (!added.containsKey(content(token))) {
            addSpecial(token);
          }
        }
      }
    }
  }

  /** What a name stands for: the map goes before the config, and that before the class. */
  private Optional<JsonValue> named(String key) {
    for (JsonValue source : map.isPresent() ? List.of(map.get(), config) : List.of(config)) {
      if (source.node().has(key)) {
        return source.get(key);
      }
    }
    return DEFAULTS.getOrDefault(tokenizerClass, List.of()).contains(key)
        ? Optional.of(config.text(key, END_OF_TEXT))
        : Optional.empty();
  }

  private String content(JsonValue token) {
    return (token.node().isObject() ? token.required("content") : token).string();
  }

  /** Adds a token under the id it has in the vocabulary, else under the next one. */
  private void addSpecial(JsonValue token) {
    String content = content(token);
    int id = model.id(content).orElse(vocabulary.size());
    boolean flags = token.node().isObject();
    add(
        new AddedToken(
            id,
            content,
            flags && token.flag("single_word"),
            flags && token.flag("lstrip"),
            flags && token.flag("rstrip"),
            flags && token.flag("normalized"),
            true),
        token);
  }

  private void add(AddedToken token, JsonValue place) {
    if (token.normalized() && !normalization().apply(token.content()).equals(token.content())) {
      throw place.problem("a token with normalized=true must be in normalization form C");
    }
    vocabulary.add(token.content(), token.id(), place::problem);
    added.put(token.content(), token);
  }
}
