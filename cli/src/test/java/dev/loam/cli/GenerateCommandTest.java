// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import dev.loam.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code generate} on the golden case 05, whose outputs are exact. */
class GenerateCommandTest {
  @TempDir Path folder;
  private Path model;
  private JsonNode cases;

  @BeforeEach
  void prepare() {
    Path golden = TestData.golden("05-generate-a");
    model = golden.resolve("hf_bf16");
    cases = TestData.json(golden.resolve("meta.json")).get("generations");
  }

  @Test
  void goldenOutputs() {
    for (JsonNode generation : cases) {
      JsonNode json = generate(generation);
      assertThat(json.get("prompt_ids")).isEqualTo(generation.get("prompt"));
      assertThat(json.get("output_ids")).isEqualTo(generation.get("output"));
      assertThat(json.get("text").isNull()).isTrue();
    }
  }

  @Test
  void endsAtATokenOfGenerationConfig() throws IOException {
    for (JsonNode generation : cases) {
      for (String form : new String[] {"{\"eos_token_id\": %s}", "{\"eos_token_id\": [3, %s]}"}) {
        Files.writeString(
            model.resolve("generation_config.json"), form.formatted(generation.get("eos_id")));
        assertThat(generate(generation).get("output_ids"))
            .isEqualTo(generation.get("output_with_eos"));
      }
    }
  }

  @Test
  void elseAtATokenOfConfig() throws IOException {
    JsonNode generation = cases.get(0);
    Path config = model.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"eos_token_id\": 2", "\"eos_token_id\": " + generation.get("eos_id")));
    Files.writeString(model.resolve("generation_config.json"), "{}");
    assertThat(generate(generation).get("output_ids")).isEqualTo(generation.get("output_with_eos"));
    Files.delete(model.resolve("generation_config.json"));
    assertThat(generate(generation).get("output_ids")).isEqualTo(generation.get("output_with_eos"));
  }

  @Test
  void textGoesInAndComesOut() throws IOException {
    TinyTokenizer.save(model);
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": []}");
    Tokenizer tokenizer = HuggingFaceTokenizer.load(model);
    String prompt = "the sea<|end|> 海";
    String[] args = {"generate", "--model", model.toString(), "--prompt", prompt};
    String text = Cli.run((Object[]) args).ok().out();
    JsonNode json =
        JsonText.parse(
            Cli.run("generate", "--json", "--model", model, "--prompt", prompt).ok().out(), "out");
    assertThat(json.get("prompt_ids").toString())
        .isEqualTo(JsonText.write(tokenizer.encode(prompt, AddedTokens.all())));
    int[] ids = new int[json.get("output_ids").size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = json.get("output_ids").get(i).intValue();
    }
    assertThat(ids).hasSize(128);
    assertThat(json.get("text").textValue()).isEqualTo(tokenizer.decode(ids, true));
    assertThat(text).isEqualTo(tokenizer.decode(ids, true) + "\n");
  }

  @Test
  void aTokenizerCanBeElsewhere() {
    Path elsewhere = TinyTokenizer.save(folder.resolve("tokenizer"));
    String ids =
        Cli.run("generate", "--model", model, "--prompt-ids", "[1,2]", "--max-new-tokens", 3)
            .ok()
            .out();
    assertThat(ids).matches("\\[\\d+,\\d+,\\d+]\n");
    String text =
        Cli.run(
                "generate",
                "--model",
                model,
                "--tokenizer",
                elsewhere,
                "--prompt-ids",
                "[1,2]",
                "--max-new-tokens",
                3)
            .ok()
            .out();
    assertThat(text).isNotEqualTo(ids);
  }

  private JsonNode generate(JsonNode generation) {
    Cli.Result result =
        Cli.run(
            "generate",
            "--json",
            "--model",
            model,
            "--prompt-ids",
            generation.get("prompt"),
            "--max-new-tokens",
            32,
            "--threads",
            1);
    return JsonText.parse(result.ok().out(), "out");
  }
}
