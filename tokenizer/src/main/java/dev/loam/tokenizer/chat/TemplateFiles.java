// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.TokenizerFormatException;
import dev.loam.tokenizer.internal.JsonValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the chat templates and special tokens of a tokenizer's folder, as transformers does. */
final class TemplateFiles {
  private static final String DEFAULT = "default";
  private static final int MAX_BYTES = 4 << 20;
  private static final List<String> SPECIAL =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private final Path folder;
  private final Optional<JsonValue> config;

  /** A template and where it was found. */
  record Source(String text, String place) {}

  TemplateFiles(Path folder) {
    this.folder = folder;
    Path file = folder.resolve("tokenizer_config.json");
    this.config = Files.exists(file) ? Optional.of(JsonValue.read(file)) : Optional.empty();
  }

  /** The templates by name; files come before what the configuration holds. */
  Map<String, Source> templates() {
    Map<String, Source> templates = new LinkedHashMap<>();
    Path single = folder.resolve("chat_template.jinja");
    if (Files.exists(single)) {
      templates.put(DEFAULT, read(single));
    }
    Path more = folder.resolve("additional_chat_templates");
    if (Files.isDirectory(more)) {
      for (Path file : jinjaFiles(more)) {
        String name = String.valueOf(file.getFileName());
        templates.put(name.substring(0, name.length() - ".jinja".length()), read(file));
      }
    }
    if (templates.isEmpty()) {
      config.flatMap(c -> c.get("chat_template")).ifPresent(t -> addTo(templates, t));
    }
    if (templates.isEmpty()) {
      throw new TokenizerFormatException(
          folder
              + ": no chat template; looked for chat_template.jinja, additional_chat_templates/ and"
              + " the key \"chat_template\" of tokenizer_config.json");
    }
    return templates;
  }

  private static void addTo(Map<String, Source> templates, JsonValue value) {
    if (!value.node().isArray()) {
      templates.put(DEFAULT, source(value));
      return;
    }
    for (JsonValue named : value.elements()) {
      templates.put(named.required("name").string(), source(named.required("template")));
    }
  }

  private static Source source(JsonValue value) {
    return new Source(value.string(), value.file() + ": " + value.path().get());
  }

  private static List<Path> jinjaFiles(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jinja")) {
      List<Path> sorted = new ArrayList<>();
      files.forEach(sorted::add);
      sorted.sort(null);
      return sorted;
    } catch (IOException e) {
      throw new TokenizerFormatException(folder + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static Source read(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new TokenizerFormatException(
            file + ": more than the " + MAX_BYTES + " bytes that are read");
      }
      return new Source(Files.readString(file), file.toString());
    } catch (CharacterCodingException e) {
      throw new TokenizerFormatException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new TokenizerFormatException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The special tokens that have names, such as {@code eos_token}. */
  Map<String, Object> specialTokens() {
    Map<String, Object> tokens = new LinkedHashMap<>();
    config.ifPresent(c -> addTokens(tokens, c));
    Path old = folder.resolve("special_tokens_map.json");
    boolean current = config.flatMap(c -> c.get("added_tokens_decoder")).isPresent();
    if (!current && Files.exists(old)) {
      addTokens(tokens, JsonValue.read(old));
    }
    return tokens;
  }

  private static void addTokens(Map<String, Object> tokens, JsonValue root) {
    for (Map.Entry<String, JsonNode> e : root.members()) {
      JsonNode node = e.getValue();
      String content = node.isObject() ? node.path("content").textValue() : node.textValue();
      if (content != null && (SPECIAL.contains(e.getKey()) || e.getKey().endsWith("_token"))) {
        tokens.put(e.getKey(), content);
      }
    }
  }
}
