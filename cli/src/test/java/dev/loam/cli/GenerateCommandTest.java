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

  @Test
  void seedsAndTheCommandLineBeforeGenerationConfig() throws IOException {
    Files.writeString(
        model.resolve("generation_config.json"),
        "{\"do_sample\": true, \"temperature\": 1.5, \"eos_token_id\": []}");
    JsonNode greedy = cases.get(0).get("output");
    Object[] args = {"generate", "--model", model, "--prompt-ids", cases.get(0).get("prompt")};
    String drawn = Cli.run(Cli.with(args, "--max-new-tokens", 32)).ok().out();
    assertThat(drawn).isNotEqualTo(greedy + "\n");
    assertThat(Cli.run(Cli.with(args, "--max-new-tokens", 32, "--seed", 0)).ok().out())
        .isEqualTo(drawn);
    assertThat(Cli.run(Cli.with(args, "--max-new-tokens", 32, "--seed", 1)).ok().out())
        .isNotEqualTo(drawn);
    for (Object[] sure :
        new Object[][] {
          {"--temperature", 0}, {"--top-k", 1}, {"--top-p", 0}, {"--min-p", 1},
        }) {
      assertThat(Cli.run(Cli.with(Cli.with(args, "--max-new-tokens", 32), sure)).ok().out())
          .isEqualTo(greedy + "\n");
    }
  }

  @Test
  void goldenRepetitionPenalty() {
    JsonNode expected =
        TestData.json(model.resolve("../meta.json")).get("repetition_penalty_1_3").get(0);
    Object[] args = {
      "generate",
      "--model",
      model,
      "--prompt-ids",
      cases.get(0).get("prompt"),
      "--max-new-tokens",
      32,
      "--repetition-penalty",
      1.3
    };
    assertThat(Cli.run(args).ok().out()).isEqualTo(expected + "\n");
  }

  @Test
  void stopStrings() {
    TinyTokenizer.save(model);
    Object[] args = {
      "generate",
      "--model",
      model,
      "--prompt",
      "the sea",
      "--max-new-tokens",
      60,
      "--seed",
      3,
      "--temperature",
      1.5
    };
    String text = Cli.run(args).ok().out().stripTrailing();
    String stop = text.substring(text.length() / 2, text.length() / 2 + 3);
    assertThat(Cli.run(Cli.with(args, "--stop", "neverthere", "--stop", stop)).ok().out())
        .isEqualTo(text.substring(0, text.indexOf(stop)) + "\n");
  }

  @Test
  void messagesAndBatches() throws IOException {
    TinyTokenizer.save(model);
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}");
    String messages = "[{\"role\": \"user\", \"content\": \"the <|end|> sea\"}]";
    Path file = Files.writeString(folder.resolve("messages.json"), messages);
    String answer = one("--messages", file);
    JsonNode ids = JsonText.parse(answer, "out").get("prompt_ids");
    Tokenizer tokenizer = HuggingFaceTokenizer.load(model);
    int end = tokenizer.id("<|end|>").orElseThrow();
    assertThat(ids).filteredOn(id -> id.intValue() == end).hasSize(1);

    Path batch =
        Files.writeString(
            folder.resolve("batch.jsonl"),
            "{\"prompt\": \"the sea\"}\n{\"messages\": "
                + messages
                + "}\n{\"prompt_ids\": [5, 6, 7]}\n");
    String expected = one("--prompt", "the sea") + answer + one("--prompt-ids", "[5,6,7]");
    assertThat(one("--batch", batch)).isEqualTo(expected);
    assertThat(one("--batch", batch, "--batch-size", 1)).isEqualTo(expected);

    Files.writeString(batch, "{\"prompt\": \"the sea\"}\n{\"prompt_ids\": [512]}\n");
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--batch", batch),
        ExitCodes.USAGE,
        batch + ":2: prompt token 0 = 512 is outside the vocabulary");
    Files.writeString(batch, "{\"prompt\": \"a\", \"prompt_ids\": [1]}");
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--batch", batch),
        ExitCodes.USAGE,
        batch + ":1: expected an object with \"prompt\", \"prompt_ids\" or \"messages\"");
    Files.delete(model.resolve("chat_template.jinja"));
    Cli.assertRefused(
        Cli.run("generate", "--model", model, "--messages", file),
        ExitCodes.USAGE,
        file + ": the model's tokenizer has no chat template");
  }

  private String one(Object... prompt) {
    Object[] args = {
      "generate", "--json", "--model", model, "--max-new-tokens", 20, "--temperature", 1.2
    };
    return Cli.run(Cli.with(args, prompt)).ok().out();
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
