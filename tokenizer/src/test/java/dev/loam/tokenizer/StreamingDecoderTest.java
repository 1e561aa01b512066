// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Decoding a stream; in the tests' own tokenizer the ids below 256 are the bytes. */
class StreamingDecoderTest {
  private static final HuggingFaceTokenizer TOKENIZER = Tiny.load();
  private static final String REPLACEMENT = "\ufffd";

  @Test
  void partsAreThoseOfTheReference() {
    HuggingFaceTokenizer qwen = HuggingFaceTokenizer.load(TestData.shared("qwen3-tokenizer"));
    JsonNode cases = TestData.json(TestData.golden("07-tokenizer-strings").resolve("cases.json"));
    int checked = 0;
    for (String group : List.of("strings", "decode_only")) {
      for (JsonNode c : cases.get(group)) {
        for (boolean skip : new boolean[] {false, true}) {
          JsonNode parts = c.get(skip ? "stream_parts_skip_special" : "stream_parts");
          if (parts != null) {
            List<String> expected = new ArrayList<>();
            parts.forEach(part -> expected.add(part.asText()));
            assertThat(parts(qwen.streamingDecoder(skip), Tiny.ints(c.get("ids"))))
                .as("%s", c)
                .isEqualTo(expected);
            checked++;
          }
        }
      }
    }
    assertThat(checked).isEqualTo(484);
  }

  private static List<String> parts(StreamingDecoder decoder, int[] ids) {
    List<String> parts = new ArrayList<>();
    for (int id : ids) {
      parts.add(decoder.next(id));
    }
    return parts;
  }

  @Provide
  Arbitrary<int[]> ids() {
    Arbitrary<Integer> any = Arbitraries.integers().between(0, 290);
    Arbitrary<Integer> utf8 =
        Arbitraries.of(
            0x61, 0x20, 0x80, 0xBF, 0xA0, 0x9F, 0x90, 0x8F, 0xC3, 0xA9, 0xE0, 0xE2, 0x82, 0xAC,
            0xED, 0xEF, 0xBD, 0xF0, 0xF4, 0xF5, 0xFF, 0xC0, 0xC1, 273);
    return Arbitraries.oneOf(any, utf8).array(int[].class).ofMaxSize(24);
  }

  @Property
  void partsInARowAreTheWholeText(@ForAll("ids") int[] ids, @ForAll boolean skip) {
    StreamingDecoder decoder = TOKENIZER.streamingDecoder(skip);
    String whole = String.join("", parts(decoder, ids)) + decoder.flush();
    assertThat(whole).isEqualTo(TOKENIZER.decode(ids, skip));
    assertThat(decoder.flush()).isEmpty();
  }

  /** The definition: whatever is new of the text of all ids so far, unless it ends in U+FFFD. */
  @Property
  void eachPartIsWhatIsNewUnlessItEndsBroken(@ForAll("ids") int[] ids, @ForAll boolean skip) {
    StreamingDecoder decoder = TOKENIZER.streamingDecoder(skip);
    int given = 0;
    for (int i = 0; i < ids.length; i++) {
      String soFar = TOKENIZER.decode(Arrays.copyOf(ids, i + 1), skip);
      String expected = soFar.endsWith(REPLACEMENT) ? "" : soFar.substring(given);
      String part = decoder.next(ids[i]);
      assertThat(part).isEqualTo(expected);
      given += part.length();
      assertThat(part.isEmpty() || !Character.isHighSurrogate(part.charAt(part.length() - 1)))
          .isTrue();
    }
  }

  @Test
  void brokenBytesForEverTakeLinearTime() {
    StreamingDecoder decoder = TOKENIZER.streamingDecoder(false);
    int count = 1_000_000;
    int given =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(10),
            () -> IntStream.range(0, count).map(i -> decoder.next(0x80).length()).sum());
    assertThat(given).isZero();
    assertThat(decoder.flush())
        .hasSize(count)
        .matches(text -> text.chars().allMatch(c -> c == 0xFFFD));
  }

  @Test
  void idsWithoutTokenAddNothingAndNegativeOnesAreRefused() {
    StreamingDecoder decoder = TOKENIZER.streamingDecoder(false);
    assertThat(parts(decoder, new int[] {0xC3, Integer.MAX_VALUE, 500, 0xA9}))
        .containsExactly("", "", "", "\u00e9");
    assertThatThrownBy(() -> decoder.next(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the id is negative: -1");
  }
}
