// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The published tokenizer of Qwen3; the expected ids were made by Hugging Face's library. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QwenTokenizerTest {
  private HuggingFaceTokenizer tokenizer = Tiny.load();

  @BeforeAll
  void load() {
    tokenizer = HuggingFaceTokenizer.load(TestData.shared("qwen3-tokenizer"));
  }

  @Test
  void knowsItsTokens() {
    assertThat(tokenizer.vocabSize()).isEqualTo(151669);
    assertThat(tokenizer.endOfText()).isEqualTo(tokenizer.id("<|im_end|>")).hasValue(151645);
  }

  @Test
  void encodesAndDecodesTheGoldenStrings() {
    JsonNode cases = TestData.json(TestData.golden("07-tokenizer-strings").resolve("cases.json"));
    for (JsonNode c : cases.get("strings")) {
      int[] ids = tokenizer.encode(c.get("text").asText(), AddedTokens.all());
      assertThat(ids).as("%s", c.get("text")).containsExactly(Tiny.ints(c.get("ids")));
      checkDecoding(c);
    }
    cases.get("decode_only").forEach(this::checkDecoding);
    JsonNode unassigned = cases.get("unassigned_ids");
    assertThat(tokenizer.decode(Tiny.ints(unassigned.get("ids")), false))
        .isEqualTo(unassigned.get("decoded").asText());
  }

  private void checkDecoding(JsonNode c) {
    int[] ids = Tiny.ints(c.get("ids"));
    assertThat(tokenizer.decode(ids, false)).as("%s", c).isEqualTo(c.get("decoded").asText());
    assertThat(tokenizer.decode(ids, true))
        .as("%s", c)
        .isEqualTo(c.get("decoded_skip_special").asText());
  }

  /** Exact for every text, also for the one that holds all assigned characters in a row. */
  @Test
  void encodesTheStressTexts() throws IOException {
    Path folder = TestData.shared("tokenizer-stress");
    List<String> index = Files.readAllLines(folder.resolve("expected/INDEX.tsv"));
    for (String line : index.subList(1, index.size())) {
      String name = line.substring(0, line.indexOf(".txt"));
      String text = Files.readString(folder.resolve(name + ".txt"));
      IntBuffer expected =
          ByteBuffer.wrap(Files.readAllBytes(folder.resolve("expected/" + name + ".ids.i32")))
              .order(ByteOrder.LITTLE_ENDIAN)
              .asIntBuffer();
      int[] ids = tokenizer.encode(text, AddedTokens.all());
      assertThat(IntBuffer.wrap(ids)).as(name).isEqualTo(expected);
    }
  }

  @Test
  void decodingGivesTheTextInFormC() throws IOException {
    String text = Files.readString(TestData.shared("wikitext-2/wiki.valid.tokens"));
    assertThat(tokenizer.decode(tokenizer.encode(text, AddedTokens.all()), false))
        .isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
  }
}
