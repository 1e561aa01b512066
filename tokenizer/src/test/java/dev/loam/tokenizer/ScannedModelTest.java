// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Scanning a file's model gives what the general reader gives, or leaves the file to it. */
class ScannedModelTest {
  @TempDir Path folder;

  @Test
  void thePublishedTokenizerIsScanned() {
    checkScanned(TestData.shared("qwen3-tokenizer").resolve("tokenizer.json"));
  }

  @Test
  void ownTokenizerIsScanned() {
    checkScanned(Tiny.folder().resolve("tokenizer.json"));
  }

  @Test
  void mergesAsPairsAndAsStringsAreScanned() {
    ObjectNode json = Tiny.json();
    ArrayNode merges = (ArrayNode) Tiny.model(json).get("merges");
    for (int i = 0; i < merges.size(); i += 2) {
      String[] pair = merges.get(i).isArray() ? null : merges.get(i).asText().split(" ");
      merges.set(
          i,
          pair == null
              ? json.textNode(merges.get(i).get(0).asText() + " " + merges.get(i).get(1).asText())
              : json.arrayNode().add(pair[0]).add(pair[1]));
    }
    Path file = folder.resolve("tokenizer.json");
    Tiny.save(json, file);
    checkScanned(file);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"a\": 01",
        "\"a\": -1",
        "\"a\": 1.0",
        "\"a\": 1e0",
        "\"a\" 1",
        "\"\": 1",
        "\"a b\": 1",
        "\"\\u0061\": 1",
        "\" \": 1",
        "\"\u4e2d\": 1",
        "\"a\": 1048576",
        "\"a\": 9999999999",
        "\"a\": \"1\"",
        "\"a\": 1,",
        "\"a\": 1, \"a\": 1",
        "\"a\": 1, \"b\": 1",
        "\"\\/\": 1",
        ""
      })
  void otherVocabulariesAreLeftToTheGeneralReader(String members) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.writeString(file, model("\"a\": 1"));
    assertThat(ScannedModel.of(file)).isPresent();
    Files.writeString(file, model(members));
    assertThat(ScannedModel.of(file)).isEmpty();
    assertThat(outcome(file, TokenizerJson::read))
        .isEqualTo(outcome(file, TokenizerJson::readGenerally));
  }

  private static String model(String members) {
    return "{\"model\": {\"vocab\": {\"q\": 2, \"qq\": 3, "
        + members
        + "}, \"merges\": [[\"q\", \"q\"]]}}";
  }

  /** Each seed damages, reorders or rewrites the file in one to three places. */
  @Property(tries = 600)
  void bothWaysAgreeOnChangedFiles(@ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int times)
      throws IOException {
    Random random = new Random(seed);
    byte[] json = text(random).getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < times; i++) {
      json = random.nextInt(4) == 0 ? json : changed(json, random);
    }
    Path file = Files.createTempFile("tokenizer", ".json");
    try {
      Files.write(file, json);
      assertThat(outcome(file, TokenizerJson::read))
          .isEqualTo(outcome(file, TokenizerJson::readGenerally));
    } finally {
      Files.delete(file);
    }
  }

  private static String text(Random random) throws IOException {
    ObjectNode json = Tiny.json();
    ObjectNode model = Tiny.model(json);
    if (random.nextInt(4) == 0) {
      model.set("vocab", model.remove("vocab"));
    }
    if (random.nextInt(4) == 0) {
      json.set("added_tokens", json.remove("added_tokens"));
    }
    ObjectMapper mapper = new ObjectMapper();
    String text =
        random.nextBoolean()
            ? mapper.writeValueAsString(json)
            : mapper.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    return random.nextInt(4) == 0 ? text.replace("a", "\\u0061") : text;
  }

  private static byte[] changed(byte[] json, Random random) {
    byte[] changed = json.clone();
    int at = random.nextInt(json.length);
    String bytes = "\"\\{}[],: \n\t01a-.e\u00e9";
    switch (random.nextInt(3)) {
      case 0 -> changed[at] = (byte) bytes.charAt(random.nextInt(bytes.length()));
      case 1 -> changed[at] = (byte) random.nextInt(256);
      default -> {
        System.arraycopy(json, at + 1, changed, at, json.length - at - 1);
        return Arrays.copyOf(changed, json.length - 1);
      }
    }
    return changed;
  }

  private static void checkScanned(Path file) {
    assertThat(ScannedModel.of(file)).isPresent();
    assertThat(outcome(file, TokenizerJson::read))
        .isEqualTo(outcome(file, TokenizerJson::readGenerally));
  }

  /** All that a file says, or why it is refused. */
  private static String outcome(Path file, Function<Path, TokenizerJson> reader) {
    TokenizerJson json;
    try {
      json = reader.apply(file);
    } catch (TokenizerFormatException e) {
      return String.valueOf(e.getMessage());
    }
    StringBuilder out = new StringBuilder();
    for (Vocabulary tokens : Stream.of(json.vocabulary(), json.model().vocabulary()).toList()) {
      for (int id = 0; id < tokens.size(); id++) {
        out.append(tokens.token(id)).append(tokens.length(id));
      }
    }
    MergeTable merges = json.model().merges();
    for (int rank = 0; rank < merges.size(); rank++) {
      out.append(merges.pair(rank)).append(' ').append(merges.result(rank)).append('\n');
    }
    return out.append(json.addedTokens())
        .append(json.normalization())
        .append(json.preTokenizer())
        .append(json.addPrefixSpace())
        .append(json.trimOffsets())
        .append(json.model().ignoreMerges())
        .toString();
  }
}
