// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Encoding;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.TextSpan;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The project's own small tokenizer: trained on {@code text.txt}; {@code ids.json} holds what
 * Hugging Face's library makes of its {@code tokenizer.json}.
 */
class SmallTokenizerTest {
  private static final Path SMALL = resource();

  private static Path resource() {
    try {
      return Path.of(
          Objects.requireNonNull(SmallTokenizerTest.class.getResource("/dev/loam/tokenizer/small"))
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void trainingGivesTheSameFilesAgain(@TempDir Path folder) {
    BpeTrainerSettings settings =
        BpeTrainerSettings.of(1000)
            .withSpecialTokens(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
            .withEndOfText("<|endoftext|>");
    try (ByteLevelBpeTrainer trainer =
        new ByteLevelBpeTrainer(settings, BpeTrainerOptions.defaults().withThreads(2), 100)) {
      trainer.feed(SMALL.resolve("text.txt"));
      trainer.train().save(folder);
    }
    for (String file :
        List.of("tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt")) {
      assertThat(folder.resolve(file)).hasSameBinaryContentAs(SMALL.resolve(file));
    }
  }

  @Test
  void encodesAndDecodesAsHuggingFace() {
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(SMALL);
    JsonNode probes = TestData.json(SMALL.resolve("ids.json"));
    assertThat(probes).hasSizeGreaterThan(20);
    for (JsonNode probe : probes) {
      String text = probe.get("text").asText();
      int[] ids = ints(probe.get("ids"));
      assertThat(tokenizer.encode(text, AddedTokens.all())).as(text).isEqualTo(ids);
      Encoding encoding = tokenizer.encodeWithSpans(text, AddedTokens.all());
      assertThat(encoding.ids()).as(text).isEqualTo(ids);
      // Of joined characters the reference names the first only, Encoding all of them.
      if (Normalizer.isNormalized(text, Normalizer.Form.NFC)) {
        assertThat(encoding.spans().stream().map(span -> codePoints(text, span)).toList())
            .as(text)
            .isEqualTo(
                IntStream.range(0, ids.length)
                    .mapToObj(i -> ints(probe.get("offsets").get(i)))
                    .map(offsets -> new TextSpan(offsets[0], offsets[1]))
                    .toList());
      }
      assertThat(tokenizer.decode(ids, false)).isEqualTo(probe.get("decoded").asText());
      assertThat(tokenizer.decode(ids, true))
          .isEqualTo(probe.get("decoded_without_special").asText());
    }
  }

  private static TextSpan codePoints(String text, TextSpan units) {
    return new TextSpan(text.codePointCount(0, units.start()), text.codePointCount(0, units.end()));
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
