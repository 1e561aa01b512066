// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** A small tokenizer of the tests' own, and copies of it with changes. */
final class Tiny {
  private Tiny() {}

  static Path folder() {
    try {
      return Path.of(Objects.requireNonNull(Tiny.class.getResource("tiny")).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static HuggingFaceTokenizer load() {
    return HuggingFaceTokenizer.load(folder());
  }

  /** Its tokenizer.json, to change and {@link #save}. */
  static ObjectNode json() {
    return (ObjectNode) TestData.json(folder().resolve("tokenizer.json"));
  }

  /** Its config, to change and {@link #save}. */
  static ObjectNode config() {
    return (ObjectNode) TestData.json(folder().resolve("tokenizer_config.json"));
  }

  static ObjectNode model(ObjectNode json) {
    return (ObjectNode) json.get("model");
  }

  static void save(JsonNode json, Path file) {
    try {
      new ObjectMapper().writeValue(file.toFile(), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void save(String json, Path file) {
    try {
      Files.writeString(file, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with GPT-2's pre-tokenizer, no normalizer, ignore_merges and merges as strings. */
  static ObjectNode gpt2() {
    ObjectNode json = json();
    json.putNull("normalizer");
    json.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = model(json);
    model.put("ignore_merges", true);
    ArrayNode strings = model.arrayNode();
    for (JsonNode merge : model.get("merges")) {
      strings.add(merge.get(0).asText() + " " + merge.get(1).asText());
    }
    model.set("merges", strings);
    return json;
  }

  static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
