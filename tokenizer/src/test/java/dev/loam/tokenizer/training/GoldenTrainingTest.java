// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.PreTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vocabularies and merges that Hugging Face's BpeTrainer made, byte for byte. */
class GoldenTrainingTest {
  @ParameterizedTest
  @ValueSource(strings = {"exhaust", "gpt2", "qwen"})
  void trainsWhatHuggingFaceTrains(String name, @TempDir Path folder) {
    Path golden = TestData.shared("../golden/open-08-bpe-" + name);
    JsonNode meta = TestData.json(golden.resolve("meta.json"));
    List<String> special = new ArrayList<>();
    meta.get("special_tokens").forEach(token -> special.add(token.asText()));
    BpeTrainerSettings settings =
        BpeTrainerSettings.of(meta.get("vocab_size").asInt())
            .withMinFrequency(meta.get("min_frequency").asInt())
            .withSpecialTokens(special)
            .withPreTokenizer(
                PreTokenizer.valueOf(meta.get("pre_tokenizer").asText().toUpperCase(Locale.ROOT)))
            .withNfc(meta.get("normalizer").asText().equals("NFC"));
    try (ByteLevelBpeTrainer trainer = new ByteLevelBpeTrainer(settings)) {
      trainer.feed(golden.resolve("corpus.txt"));
      trainer.train().save(folder);
    }
    assertThat(folder.resolve("vocab.json")).hasSameBinaryContentAs(golden.resolve("vocab.json"));
    assertThat(folder.resolve("merges.txt")).hasSameBinaryContentAs(golden.resolve("merges.txt"));
    HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(folder);
    for (JsonNode probe : meta.get("encode_probe")) {
      JsonNode ids = probe.get("ids");
      assertThat(tokenizer.encode(probe.get("text").asText(), AddedTokens.all()))
          .as(probe.get("text").asText())
          .isEqualTo(IntStream.range(0, ids.size()).map(i -> ids.get(i).asInt()).toArray());
    }
  }
}
