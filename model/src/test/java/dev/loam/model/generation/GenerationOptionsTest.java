// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.model.ModelConfigException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationOptionsTest {
  private static final Qwen3Config CONFIG =
      new Qwen3Config(
          50,
          16,
          24,
          2,
          4,
          2,
          8,
          64,
          1e4,
          1e-6,
          0.3,
          true,
          new SpecialTokens(OptionalInt.of(1), List.of(7)));

  @TempDir Path folder;

  @Test
  void impossibleValues() {
    refused(o -> o.optTemperature(-0.1), "temperature must be a number from 0 on, not -0.1");
    refused(o -> o.optTemperature(Double.NaN), "not NaN");
    refused(o -> o.optTemperature(Double.POSITIVE_INFINITY), "not Infinity");
    refused(o -> o.optTopK(-1), "top-k must be at least 1, or 0 for all tokens, not -1");
    refused(o -> o.optTopP(1.01), "top-p must be a number from 0 to 1, not 1.01");
    refused(o -> o.optTopP(Double.NaN), "not NaN");
    refused(o -> o.optMinP(-1), "min-p must be a number from 0 to 1, not -1.0");
    refused(o -> o.optRepetitionPenalty(0), "repetition penalty must be a number above 0");
    refused(o -> o.optRepetitionPenalty(Double.POSITIVE_INFINITY), "not Infinity");
    refused(o -> o.optMaxNewTokens(-1), "max new tokens must not be negative: -1");
  }

  private static void refused(Consumer<GenerationOptions.Builder> change, String part) {
    GenerationOptions.Builder builder = GenerationOptions.builder();
    change.accept(builder);
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part);
  }

  @Test
  void aBuilderOfOptionsGivesTheSame() {
    GenerationOptions options =
        new GenerationOptions(0.5, 3, 0.9, 0.1, 1.2, 42, Set.of(1, 2), OptionalInt.of(9));
    assertThat(options.toBuilder().build()).isEqualTo(options);
    assertThat(GenerationOptions.greedy().toBuilder().build())
        .isEqualTo(new GenerationOptions(0, 0, 1, 0, 1, 0, Set.of(), OptionalInt.empty()));
  }

  @Test
  void generationConfig() throws IOException {
    assertThat(GenerationOptions.read(folder, CONFIG))
        .isEqualTo(GenerationOptions.builder().optStopTokens(Set.of(7)).build());
    assertThat(read("{}")).isEqualTo(GenerationOptions.read(folder, CONFIG));
    assertThat(
            read(
                "{\"do_sample\": true, \"temperature\": 0.6, \"top_k\": 20, \"top_p\": 0.95,"
                    + " \"min_p\": 0.01, \"repetition_penalty\": 1.1, \"eos_token_id\": [3, 4],"
                    + " \"max_new_tokens\": 5, \"pad_token_id\": 1}"))
        .isEqualTo(
            GenerationOptions.builder()
                .optTemperature(0.6)
                .optTopK(20)
                .optTopP(0.95)
                .optMinP(0.01)
                .optRepetitionPenalty(1.1)
                .optStopTokens(Set.of(3, 4))
                .build());
    assertThat(read("{\"do_sample\": true}").temperature()).isEqualTo(1);
    assertThat(read("{\"temperature\": 0.6, \"eos_token_id\": 9}"))
        .isEqualTo(GenerationOptions.builder().optStopTokens(Set.of(9)).build());
    assertThat(read("{\"eos_token_id\": []}").stopTokens()).isEmpty();
    assertThat(read("{\"eos_token_id\": null, \"top_k\": null}").stopTokens()).containsExactly(7);
  }

  private GenerationOptions read(String json) throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), json);
    return GenerationOptions.read(folder, CONFIG);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                             | expected a JSON object",
        "{\"do_sample\": 1}             | do_sample must be true or false, not 1",
        "{\"temperature\": \"warm\", \"do_sample\": true} | temperature must be a number",
        "{\"temperature\": -1, \"do_sample\": true} | temperature must be a number from 0 on",
        "{\"top_k\": 1.5}               | top_k must be an integer, not 1.5",
        "{\"top_k\": 99999999999}       | top_k must be an integer",
        "{\"top_p\": 2}                 | top-p must be a number from 0 to 1, not 2.0",
        "{\"eos_token_id\": [1, \"x\"]} | eos_token_id must be a token id or a list of them",
        "{\"eos_token_id\": 1           | not valid JSON at line 1",
      })
  void badConfig(String json, String part) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ModelConfigException.class)
        .hasMessageContaining(part)
        .hasMessageContaining("generation_config.json");
  }
}
