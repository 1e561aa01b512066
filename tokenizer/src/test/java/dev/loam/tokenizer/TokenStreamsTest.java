// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.internal.ByteLevel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Whole files through the published tokenizer of Qwen3, against digests of the reference's ids. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokenStreamsTest {
  private final HuggingFaceTokenizer tokenizer =
      HuggingFaceTokenizer.load(TestData.shared("qwen3-tokenizer"));

  @Test
  void streamsHaveTheDigestsOfTheReference() throws IOException {
    Path golden = TestData.shared("../golden/open-07-tokenizer-streams/streams.json");
    Path data = golden.resolve("../../../data").normalize();
    int checked = 0;
    for (JsonNode stream : TestData.json(golden).get("streams")) {
      for (String folder : List.of("tokenizer-stress", "wikitext-2", "alpaca")) {
        Path file = data.resolve(folder).resolve(stream.get("file").asText());
        if (Files.exists(file) && isSmall(file)) {
          check(stream, Files.readString(file));
          checked++;
        }
      }
    }
    assertThat(checked).isPositive();
  }

  private static boolean isSmall(Path file) throws IOException {
    return TestData.full() || Files.size(file) < 2 << 20;
  }

  private void check(JsonNode stream, String text) {
    boolean whole = stream.get("mode").asText().equals("whole");
    int[] ids =
        (whole ? Stream.of(text) : Arrays.stream(text.split("(?<=\n)")))
            .flatMapToInt(part -> IntStream.of(tokenizer.encode(part, AddedTokens.all())))
            .toArray();
    String place = stream.get("file").asText() + " " + stream.get("mode").asText();
    assertThat(ids).as(place).hasSize(stream.get("tokens").asInt());
    for (Map.Entry<String, JsonNode> point : stream.get("checkpoints").properties()) {
      int[] start = Arrays.copyOf(ids, Integer.parseInt(point.getKey()));
      assertThat(sha256(bytes(start))).as(place).isEqualTo(point.getValue().asText());
    }
    assertThat(sha256(bytes(ids))).as(place).isEqualTo(stream.get("ids_sha256").asText());
    assertThat(sha256(tokenizer.decode(ids, false).getBytes(StandardCharsets.UTF_8)))
        .as(place)
        .isEqualTo(stream.get("decoded_sha256").asText());
  }

  /** Bytes as tokens of one byte each decode to one U+FFFD for each maximal ill-formed part. */
  @Test
  void invalidUtf8BecomesOneReplacementPerMaximalPart() throws IOException {
    Path file = TestData.shared("tokenizer-stress/invalid-utf8.base64.txt");
    String[] expected = {
      "?",
      "??",
      "??",
      "???",
      "????",
      "???",
      "??????",
      "????",
      "abc?",
      "你?",
      "?",
      "?????",
      "a?(b",
      "\ufeffBOM"
    };
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      byte[] bytes = Base64.getDecoder().decode(lines.get(i));
      int[] ids = new int[bytes.length];
      for (int b = 0; b < ids.length; b++) {
        ids[b] = byteToken(bytes[b] & 0xFF);
      }
      String wanted = expected[i].replace('?', '\ufffd');
      assertThat(tokenizer.decode(ids, false)).as(lines.get(i)).isEqualTo(wanted);
      StreamingDecoder stream = tokenizer.streamingDecoder(false);
      StringBuilder streamed = new StringBuilder();
      IntStream.of(ids).forEach(id -> streamed.append(stream.next(id)));
      assertThat(streamed.append(stream.flush())).hasToString(wanted);
    }
  }

  private int byteToken(int value) {
    char c = ByteLevel.charOf(value);
    return tokenizer.id(String.valueOf(c)).orElseThrow();
  }

  @Test
  void surrogatesWithoutPartnerAreEncodedAsReplacements() {
    JsonNode cases = TestData.json(TestData.shared("tokenizer-stress/lone-surrogates.json"));
    for (JsonNode c : cases) {
      String text = c.textValue();
      String repaired = text.replaceAll("[\\x{D800}-\\x{DFFF}]", "\ufffd");
      assertThat(tokenizer.encode(text, AddedTokens.all()))
          .containsExactly(tokenizer.encode(repaired, AddedTokens.all()));
      assertThat(tokenizer.decode(tokenizer.encode(text, AddedTokens.all()), false))
          .isEqualTo(repaired);
    }
  }

  private static byte[] bytes(int[] ids) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.asIntBuffer().put(ids);
    return buffer.array();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
