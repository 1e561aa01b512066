// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.wikitext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.data.DataFormatException;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WikitextCleanerTest {
  @TempDir private Path folder;

  private long clean(byte[] input) throws IOException {
    return WikitextCleaner.clean(
        Files.write(folder.resolve("in.tokens"), input), folder.resolve("out.jsonl"));
  }

  private String cleaned(String input) throws IOException {
    clean(input.getBytes(StandardCharsets.UTF_8));
    return Files.readString(folder.resolve("out.jsonl"));
  }

  @Test
  void syntheticFileIsByteExact() throws IOException {
    Path golden = TestData.golden("09-wiki");
    long paragraphs = clean(Files.readAllBytes(golden.resolve("synthetic.txt")));
    assertThat(paragraphs).isEqualTo(221);
    assertThat(folder.resolve("out.jsonl"))
        .hasSameBinaryContentAs(golden.resolve("synthetic.jsonl"));
  }

  @Test
  void smallFilesAreByteExact() throws IOException {
    JsonNode results =
        TestData.json(TestData.golden("09-wiki").resolve("meta.json")).get("results");
    int checked = 0;
    for (Map.Entry<String, JsonNode> e : results.properties()) {
      JsonNode expected = e.getValue();
      if (!e.getKey().startsWith("small:") || expected.has("error")) {
        continue;
      }
      byte[] input = HexFormat.of().parseHex(expected.get("input_hex").textValue());
      assertThat(clean(input)).as(e.getKey()).isEqualTo(expected.get("paragraphs").longValue());
      assertThat(Files.readString(folder.resolve("out.jsonl")))
          .as(e.getKey())
          .isEqualTo(expected.get("output_text").textValue());
      checked++;
    }
    assertThat(checked).isGreaterThanOrEqualTo(9);
  }

  @Test
  void bytesThatAreNotUtf8AreNamedAndNothingIsWritten() {
    byte[] input = HexFormat.of().parseHex("6f6b2070617261200a200a62616420fffe200a");
    assertThatThrownBy(() -> clean(input))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("in.tokens, byte 15: 0xff");
    assertThat(folder).isDirectoryNotContaining(p -> p.toString().contains("out.jsonl"));
  }

  @ParameterizedTest
  @CsvSource({
    "train, 5486, 24317e9613c696cb1b64f0b94b0913ac6f04284adf220c863ff852a8b85cf63c",
    "valid, 540, 4fc760f6ed9929e1e56a5631cc7a48249ce9187cb7ad1e62044cf413d1d15977",
    "test, 616, c5000d8ee8799f9b319269b19db99e305bbc065e82aebe9c33ab647e88a65142"
  })
  void wikitext2IsByteExact(String part, long paragraphs, String sha256)
      throws IOException, GeneralSecurityException {
    Path input = TestData.shared("wikitext-2/wiki." + part + ".tokens");
    assertThat(WikitextCleaner.clean(input, folder.resolve("out.jsonl"))).isEqualTo(paragraphs);
    byte[] output = Files.readAllBytes(folder.resolve("out.jsonl"));
    assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(output)))
        .isEqualTo(sha256);
  }

  @Test
  void whiteSpaceInsideMarksIsAnyThatPythonKnows() throws IOException {
    assertThat(cleaned("x (\u3000\u001c a\u00a0b \u2009\u0085) [ \u200b ] { } y"))
        .isEqualTo("{\"text\": \"x (a\u00a0b) [\u200b] {} y\", \"id\": \"0\"}\n");
  }

  @Test
  void theFirstOpeningMarkMatchesTheNextClosingOne() throws IOException {
    assertThat(cleaned("( a ( b ) c ) ( d"))
        .isEqualTo("{\"text\": \"(a ( b) c ) ( d\", \"id\": \"0\"}\n");
    assertThat(cleaned("\" a \" b \" c"))
        .isEqualTo("{\"text\": \"\\\"a\\\" b \\\" c\", \"id\": \"0\"}\n");
  }

  @Test
  void hugeParagraphsTakeLinearTimeAndNoStack() throws IOException {
    String hostile = "( ".repeat(1_000_000) + " ".repeat(1_000_000) + "\" x".repeat(100_001);
    Assertions.assertTimeout(Duration.ofSeconds(20), () -> cleaned(hostile));
    assertThat(cleaned("(" + " a".repeat(1_000_000) + " )"))
        .isEqualTo("{\"text\": \"(a" + " a".repeat(999_999) + ")\", \"id\": \"0\"}\n");
  }
}
