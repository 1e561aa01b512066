// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The older layout: {@code vocab.json} and {@code merges.txt}. */
class VocabMergesFolderTest {
  private static final String TEXT = "the e\u0301 it's \n\n 12 <|end|> [L] world";

  @TempDir Path folder = Path.of("");
  private final HuggingFaceTokenizer whole = Tiny.load();
  private String merges = "";

  /** Writes the tests' own tokenizer in the older layout. */
  @BeforeEach
  void split() throws IOException {
    ObjectNode json = Tiny.json();
    JsonNode model = json.get("model");
    Tiny.save(model.get("vocab"), folder.resolve("vocab.json"));
    merges =
        StreamSupport.stream(model.get("merges").spliterator(), false)
            .map(merge -> merge.get(0).asText() + " " + merge.get(1).asText() + "\n")
            .collect(Collectors.joining());
    Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\n" + merges);
    Tiny.save(config(json), folder.resolve("tokenizer_config.json"));
  }

  private static ObjectNode config(ObjectNode json) {
    ObjectNode config = json.objectNode();
    config.put("tokenizer_class", "Qwen2TokenizerFast").put("eos_token", "<|end|>");
    config.putNull("unk_token").putNull("pad_token");
    ObjectNode added = config.putObject("added_tokens_decoder");
    for (JsonNode token : json.get("added_tokens")) {
      ObjectNode flags = token.deepCopy();
      added.set(flags.remove("id").asText(), flags);
    }
    return config;
  }

  private HuggingFaceTokenizer load() {
    return HuggingFaceTokenizer.load(folder);
  }

  private static int[] encode(HuggingFaceTokenizer tokenizer) {
    return tokenizer.encode(TEXT, AddedTokens.all());
  }

  @Test
  void givesTheIdsOfTheWholeFile() {
    assertThat(encode(load())).containsExactly(encode(whole));
    assertThat(load().decode(encode(whole), true)).isEqualTo(whole.decode(encode(whole), true));
    assertThat(load().endOfText()).isEqualTo(whole.endOfText()).isPresent();
    assertThat(load().vocabSize()).isEqualTo(whole.vocabSize());
  }

  @Test
  void mergesMayHaveNoHeadEmptyLinesAndOtherLineEnds() throws IOException {
    for (String text :
        new String[] {merges, "#version: 0.2\r\n" + merges.replace("\n", "\r\n\r\n")}) {
      Files.writeString(folder.resolve("merges.txt"), text.stripTrailing());
      assertThat(encode(load())).containsExactly(encode(whole));
    }
  }

  @Test
  void addedTokensMayStandInAFileOfTheirOwn() throws IOException {
    ObjectNode config = Tiny.config().objectNode();
    config.put("tokenizer_class", "GPT2Tokenizer").put("eos_token", "<|end|>");
    config.putNull("unk_token").putNull("bos_token");
    Tiny.save(config, folder.resolve("tokenizer_config.json"));
    Files.writeString(folder.resolve("added_tokens.json"), "{\"<|end|>\": 273, \"<think>\": 274}");
    Files.writeString(
        folder.resolve("special_tokens_map.json"),
        "{\"pad_token\": {\"content\": \"<pad>\", \"lstrip\": true}, \"extra_special_tokens\": [\"<x>\"]}");
    HuggingFaceTokenizer tokenizer = load();
    int[] ids = tokenizer.encode("a<think> <|end|> <pad><x>", AddedTokens.all());
    assertThat(ids).containsExactly('a', 274, ' ', 273, 275, 276);
    assertThat(tokenizer.decode(ids, true)).isEqualTo("a<think> ");
    assertThat(tokenizer.decode(ids, false)).isEqualTo("a<think> <|end|><pad><x>");
    assertThat(tokenizer.endOfText()).hasValue(273);
    assertThat(tokenizer.encode("e\u0301", AddedTokens.all())).hasSize(3);
  }

  @Test
  void qwenGivesTheSameIdsInBothLayouts(@TempDir Path copy) throws IOException {
    Path source = TestData.shared("qwen3-tokenizer");
    for (String name : new String[] {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
      Files.copy(source.resolve(name), copy.resolve(name));
    }
    HuggingFaceTokenizer older = HuggingFaceTokenizer.load(copy);
    assertThat(older.vocabSize()).isEqualTo(151669);
    assertThat(older.endOfText()).hasValue(151645);
    JsonNode cases = TestData.json(TestData.golden("07-tokenizer-strings").resolve("cases.json"));
    for (JsonNode c : cases.get("strings")) {
      assertThat(older.encode(c.get("text").asText(), AddedTokens.all()))
          .as("%s", c.get("text"))
          .containsExactly(Tiny.ints(c.get("ids")));
    }
  }

  @Test
  void whatIsWrongIsSaidWithFileAndLine() throws IOException {
    Path file = folder.resolve("merges.txt");
    Files.writeString(file, "#version: 0.2\n" + merges + "zz a\n");
    long line = merges.lines().count() + 2;
    assertRefused(file + ":" + line + ": the token \"zz\" is not in the vocabulary");
    Files.writeString(file, "abc\n");
    assertRefused(file + ":1: expected a merge of two tokens");
    Files.writeString(file, "x".repeat(1 << 18));
    assertRefused(file + ":1: the line has more than");
    Files.write(file, new byte[] {(byte) 0xFF});
    assertRefused(file + ": not UTF-8");
    Files.delete(file);
    assertRefused(file + ": no such file");
  }

  @Test
  void aClassThatIsNotKnownIsRefused() {
    Path file = folder.resolve("tokenizer_config.json");
    Tiny.save("{\"tokenizer_class\": \"LlamaTokenizer\"}", file);
    assertRefused(file + ": $.tokenizer_class: expected Qwen2Tokenizer or GPT2Tokenizer");
    Tiny.save("{}", file);
    assertRefused(file + ": $: the key \"tokenizer_class\" is missing");
    Tiny.save("{\"tokenizer_class\": \"Qwen2Tokenizer\", \"add_prefix_space\": true}", file);
    assertRefused(file + ": $.add_prefix_space: expected false, found true");
    Tiny.save(
        "{\"tokenizer_class\": \"Qwen2Tokenizer\", \"added_tokens_decoder\":"
            + " {\"x\": {\"content\": \"<|end|>\"}}}",
        file);
    assertRefused(file + ": $.added_tokens_decoder.x: the key is to be the id of the token");
  }

  private void assertRefused(String complaint) {
    assertThatThrownBy(this::load)
        .isInstanceOf(TokenizerFormatException.class)
        .hasMessageStartingWith(complaint);
  }
}
