// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Engine;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Qwen3ConfigTest {
  @TempDir Path folder;

  @Test
  void writtenThenReadIsTheSame() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 50; i++) {
      int kvHeads = random.nextInt(1, 9);
      Qwen3Config config =
          new Qwen3Config(
              random.nextInt(1, 1 << 24),
              random.nextInt(1, 9000),
              random.nextInt(1, 9000),
              random.nextInt(1, 99),
              kvHeads * random.nextInt(1, 9),
              kvHeads,
              2 * random.nextInt(1, 99),
              random.nextInt(1, 99999),
              random.nextDouble(1, 1e7),
              random.nextDouble(1e-9, 1e-3),
              random.nextDouble(1e-3, 1),
              random.nextBoolean(),
              tokens(random));
      Path file = folder.resolve("config.json");
      config.write(file, "bfloat16");
      assertThat(Qwen3Config.read(file)).isEqualTo(config);
    }
  }

  private static SpecialTokens tokens(SplittableRandom random) {
    OptionalInt bos =
        random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt(100));
    return new SpecialTokens(bos, random.ints(random.nextInt(3), 0, 100).boxed().toList());
  }

  @Test
  void writtenInTheLayoutPublishedWithTheWeights() throws IOException {
    Path published = TestData.shared("qwen3-tokenizer/Qwen3-0.6B/config.json");
    Path written = folder.resolve("config.json");
    Qwen3Config.read(published).write(written, "bfloat16");
    JsonNode expected = TestData.json(published);
    JsonNode actual = TestData.json(written);
    for (Map.Entry<String, JsonNode> field : expected.properties()) {
      JsonNode value = actual.path(field.getKey());
      if (field.getValue().isNumber()) {
        assertThat(value.asDouble()).as(field.getKey()).isEqualTo(field.getValue().asDouble());
      } else if (!field.getKey().equals("transformers_version")) {
        assertThat(value).as(field.getKey()).isEqualTo(field.getValue());
      }
    }
    assertThat(actual.size()).isEqualTo(expected.size() - 1);
    assertThat(Files.readString(written)).endsWith("}\n");
  }

  /** The figures are those of the published checkpoints. */
  @ParameterizedTest
  @CsvSource({
    "Qwen3-0.6B, 596049920",
    "Qwen3-0.6B-Base, 596049920",
    "Qwen3-1.7B, 1720574976",
  })
  void parametersOfPublishedModels(String name, long count) {
    Path file = TestData.shared("qwen3-tokenizer/" + name + "/config.json");
    assertThat(Qwen3Config.read(file).parameterCount()).isEqualTo(count);
  }

  @ParameterizedTest
  @CsvSource({"1", "2", "3", "4", "5", "6"})
  void parameterCountIsThatOfTheModel(long seed) {
    TinyCase tiny = TinyCase.of(seed);
    try (ComputeLease lease = Engine.named("reference").lease(1);
        Qwen3Model model = tiny.model(lease)) {
      long elements =
          model.parameters().values().stream().mapToLong(p -> p.globalShape().elements()).sum();
      assertThat(tiny.config().parameterCount()).isEqualTo(elements);
    }
  }

  @Test
  void allProblemsAtOnce() {
    assertThatThrownBy(
            () ->
                new Qwen3Config(
                    0,
                    -1,
                    1 << 25,
                    1,
                    5,
                    2,
                    7,
                    1,
                    Double.NaN,
                    0,
                    Double.POSITIVE_INFINITY,
                    true,
                    new SpecialTokens(OptionalInt.empty(), List.of())))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContainingAll(
            "8 problems",
            "vocab_size must be between 1 and 16777216, not 0",
            "hidden_size must be between 1 and 16777216, not -1",
            "intermediate_size must be between 1 and 16777216, not 33554432",
            "head_dim must be even for rotary positions, not 7",
            "num_attention_heads 5 is not a multiple of num_key_value_heads 2",
            "rope_theta must be a positive number, not NaN",
            "rms_norm_eps must be a positive number, not 0.0",
            "initializer_range must be a positive number, not Infinity");
  }
}
