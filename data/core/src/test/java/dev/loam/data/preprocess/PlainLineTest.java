// SPDX-License-Identifier: Apache-2.0
package dev.loam.data.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.loam.data.internal.ByteSearch;
import dev.loam.data.internal.JsonInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What it reads is what the parser reads, and it reads the lines that are common. */
class PlainLineTest {
  private static final List<String> KEYS = List.of("text", "b");
  private static final ObjectMapper JSON =
      JsonMapper.builder(JsonInput.factory())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static Optional<List<String>> read(String line) {
    byte[] bytes = ("}\"" + line + "\"}").getBytes(StandardCharsets.UTF_8);
    return new PlainLine(bytes, 2, bytes.length - 2)
        .texts(KEYS)
        .map(texts -> texts.stream().map(text -> text.get(0).toString()).toList());
  }

  /** Lines put together from what JSON is made of, many of them no JSON at all. */
  @Provide
  Arbitrary<String> lines() {
    Arbitrary<String> text =
        Arbitraries.of("a", " ", "\u00e9", "\u4e2d", "\ud83d\ude00", "\\n", "\\\"", "\\\\", "\\/")
            .list()
            .ofMaxSize(20)
            .map(parts -> String.join("", parts));
    Arbitrary<String> oddText =
        Arbitraries.of("\\u0041", "\\ud83d", "\\x", "\\", "\"", "\t", "\u0001", "abcdefgh")
            .list()
            .ofMaxSize(4)
            .map(parts -> String.join("", parts));
    Arbitrary<String> value =
        Arbitraries.frequencyOf(
            Tuple.of(8, text.map(t -> '"' + t + '"')),
            Tuple.of(1, oddText.map(t -> '"' + t + '"')),
            Tuple.of(
                2, Arbitraries.of("1", "-0", "01", "1.5", "true", "nul", "[]", "{}", "NaN", "")));
    Arbitrary<String> entry =
        Arbitraries.of("\"text\"", "\"b\"", "\"c\"", "\"\\u0062\"", "text")
            .flatMap(key -> value.map(v -> key + ": " + v));
    return entry
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .flatMap(
            entries ->
                Arbitraries.of("{%s}", "{%s", "{%s} ", " {\t%s }", "{%s}x", "{%s,}", "[%s]")
                    .map(form -> form.formatted(String.join(", ", entries))));
  }

  @Property(tries = 2000)
  void readsWhatTheParserReads(@ForAll("lines") String line) throws JsonProcessingException {
    Optional<List<String>> texts = read(line);
    if (texts.isPresent()) {
      JsonNode object = JSON.readTree(line);
      List<String> expected = new ArrayList<>();
      KEYS.forEach(key -> expected.add(object.get(key).textValue()));
      assertThat(texts.get()).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"text\": \"\", \"b\": \"\"}",
        "{\"id\":\"0\",\"text\":\"a \\\"b\\\" \u4e2d\\n\",\"b\":\"x\"}",
        " {\"text\" : \"1\", \"n\": -12, \"b\":\"\\/\", \"t\": true, \"u\": null, \"text\": \"2\"} "
      })
  void readsCommonLines(String line) throws JsonProcessingException {
    JsonNode object = JSON.readTree(line);
    assertThat(read(line))
        .contains(List.of(object.get("text").textValue(), object.get("b").textValue()));
  }

  @Property(tries = 500)
  void searchesFindTheFirst(@ForAll byte[] bytes, @ForAll("lines") String line) {
    for (byte[] all : List.of(bytes, line.getBytes(StandardCharsets.UTF_8))) {
      for (int from = 0; from <= all.length; from += 3) {
        int end = from;
        while (end < all.length && all[end] != '\n' && all[end] != '\r') {
          end++;
        }
        assertThat(ByteSearch.lineEnd(all, from, all.length)).isEqualTo(end);
        int special = from;
        while (special < all.length
            && all[special] != '"'
            && all[special] != '\\'
            && (all[special] < 0 || all[special] >= ' ')) {
          special++;
        }
        assertThat(ByteSearch.quoteBackslashOrControl(all, from, all.length)).isEqualTo(special);
      }
    }
  }
}
