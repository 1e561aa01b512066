// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.testkit.TestData;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests' own small tokenizer; the expected ids and texts were made by Hugging Face's library.
 */
class HuggingFaceTokenizerTest {
  private final HuggingFaceTokenizer tokenizer = Tiny.load();

  @Test
  void encodesAndDecodesAsTheReferenceWithTheQwenPipeline() {
    check(tokenizer, "qwen");
  }

  @Test
  void encodesAndDecodesAsTheReferenceWithTheGpt2Pipeline(@TempDir Path folder) {
    Tiny.save(Tiny.gpt2(), folder.resolve("tokenizer.json"));
    HuggingFaceTokenizer gpt2 = HuggingFaceTokenizer.load(folder);
    check(gpt2, "gpt2");
    assertThat(gpt2.endOfText()).isEmpty();
  }

  /** Other ways to write the same pipeline, as published files have them. */
  static List<Consumer<ObjectNode>> writings() {
    return List.of(
        json ->
            json.putObject("normalizer")
                .put("type", "Sequence")
                .putArray("normalizers")
                .add(json.objectNode().put("type", "NFC")),
        json -> json.set("decoder", sequence("decoders", json.get("decoder"))),
        json -> json.putNull("post_processor"),
        json -> json.set("post_processor", sequence("processors", json.get("post_processor"))),
        json -> Tiny.model(json).put("unk_token", "a").put("dropout", 0.0),
        json -> Tiny.model(json).put("unk_token", "<|end|>").put("byte_fallback", false),
        json -> Tiny.model(json).remove("type"),
        // in another order: model first, in it merges first and the type last
        json -> {
          ObjectNode model = Tiny.model(json);
          model.set("vocab", model.remove("vocab"));
          model.set("type", model.remove("type"));
          json.set("added_tokens", json.remove("added_tokens"));
          json.set("version", json.remove("version"));
        });
  }

  private static ObjectNode sequence(String key, JsonNode step) {
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    sequence.putArray(key).add(step);
    return sequence;
  }

  @ParameterizedTest
  @MethodSource("writings")
  void onePipelineMayBeWrittenInSeveralWays(Consumer<ObjectNode> writing, @TempDir Path folder) {
    ObjectNode json = Tiny.json();
    writing.accept(json);
    Tiny.save(json, folder.resolve("tokenizer.json"));
    check(HuggingFaceTokenizer.load(folder), "qwen");
  }

  @Test
  void plainPartsGetASpaceWhereTheFileSaysSo(@TempDir Path folder) {
    ObjectNode json = Tiny.gpt2();
    ((ObjectNode) json.get("pre_tokenizer")).put("add_prefix_space", true);
    Tiny.save(json, folder.resolve("tokenizer.json"));
    HuggingFaceTokenizer prefixed = HuggingFaceTokenizer.load(folder);
    for (String text : List.of("the", " the")) {
      assertThat(prefixed.encode(text + "<|end|>" + text, AddedTokens.all()))
          .containsExactly(prefixed.encode(" the<|end|> the", AddedTokens.all()))
          .hasSize(3);
    }
    assertThat(prefixed.encode("", AddedTokens.all())).isEmpty();
  }

  @Test
  void anEmptySequenceOfNormalizersIsNone(@TempDir Path folder) {
    ObjectNode json = Tiny.gpt2();
    json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    json.set("pre_tokenizer", sequence("pretokenizers", json.get("pre_tokenizer")));
    Tiny.save(json, folder.resolve("tokenizer.json"));
    check(HuggingFaceTokenizer.load(folder), "gpt2");
  }

  private static void check(HuggingFaceTokenizer tokenizer, String pipeline) {
    for (JsonNode c : TestData.json(Tiny.folder().resolve("cases.json")).get(pipeline)) {
      int[] ids = tokenizer.encode(c.get("text").asText(), AddedTokens.all());
      assertThat(ids).as("%s", c.get("text")).containsExactly(Tiny.ints(c.get("ids")));
      assertThat(tokenizer.decode(ids, false)).isEqualTo(c.get("decoded").asText());
      assertThat(tokenizer.decode(ids, true)).isEqualTo(c.get("skipped").asText());
    }
  }

  @Test
  void knowsItsTokens() {
    assertThat(tokenizer.vocabSize()).isEqualTo(282);
    assertThat(tokenizer.id("Ġt")).hasValue(256);
    assertThat(tokenizer.id("<|end|>")).hasValue(273);
    assertThat(tokenizer.id("nothing")).isEmpty();
    assertThat(tokenizer.token(256)).hasValue("Ġt");
    assertThat(tokenizer.token(273)).hasValue("<|end|>");
    assertThat(tokenizer.token(282)).isEmpty();
    assertThat(tokenizer.token(-1)).isEmpty();
    assertThat(tokenizer.endOfText()).hasValue(273);
  }

  @Test
  void addedTokensArePlainTextUnlessTheyAreAskedFor() {
    String text = "<|end|>!word[L]";
    assertThat(tokenizer.encode(text, AddedTokens.none()))
        .hasSize(text.length())
        .containsExactly(text.chars().toArray());
    assertThat(tokenizer.encode(text, AddedTokens.only(Set.of("<|end|>"))))
        .startsWith(273, '!', 'w')
        .hasSize(9);
    assertThat(tokenizer.encode(text, AddedTokens.only(Set.of("[L]", "no such token"))))
        .endsWith('d', 277);
  }

  @Test
  void aLoneSurrogateIsEncodedAsReplacementCharacter() {
    for (String lone : new String[] {"\ud800", "\udc00", "\udc00\ud800", "a\ud83d", "\ud83dx"}) {
      String repaired = lone.replaceAll("[\ud800-\udbff\udc00-\udfff]", "\ufffd");
      assertThat(tokenizer.encode(lone, AddedTokens.all()))
          .containsExactly(tokenizer.encode(repaired, AddedTokens.all()));
    }
    assertThat(tokenizer.encode("\ud83d\ude00", AddedTokens.all()))
        .containsExactly(0xF0, 0x9F, 0x98, 0x80);
  }

  @Test
  void idsWithoutTokenAreLeftOutAndNegativeOnesRefused() {
    assertThat(tokenizer.decode(new int[] {97, 282, Integer.MAX_VALUE, 98}, false)).isEqualTo("ab");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {97, -1}, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("ids[1] is negative: -1");
  }

  @Test
  void eachMaximalIllFormedPartBecomesOneReplacementCharacter() {
    // The examples of the Unicode standard, chapter 3.9, tables 3-8 to 3-11.
    assertDecodes("????????A", 0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41);
    assertDecodes("????????A", 0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41);
    assertDecodes("?????A??B", 0xF4, 0x91, 0x92, 0x93, 0xFF, 0x41, 0x80, 0xBF, 0x42);
    assertDecodes("????A", 0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41);
    assertDecodes("a?", 0x61, 0xF0, 0x9F, 0x98);
  }

  private void assertDecodes(String expected, int... bytes) {
    assertThat(tokenizer.decode(bytes, false)).isEqualTo(expected.replace('?', '\ufffd'));
  }

  @Test
  void aLongWordIsEncodedInLittleMoreThanLinearTime() {
    String word = "abc".repeat(200_000);
    assertThat(tokenizer.encode(word, AddedTokens.all())).hasSize(200_000).containsOnly(266);
  }

  @Test
  void threadsShareATokenizer() {
    String text = String.join(" ", IntStream.range(0, 5000).mapToObj(i -> "thing" + i).toList());
    int[] expected = Tiny.load().encode(text, AddedTokens.all());
    IntStream.range(0, 8)
        .parallel()
        .forEach(
            i -> assertThat(tokenizer.encode(text, AddedTokens.all())).containsExactly(expected));
  }
}
