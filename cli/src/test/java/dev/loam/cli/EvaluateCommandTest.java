// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.testkit.GoldenTensors;
import dev.loam.testkit.TestData;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code evaluate} against the loss that {@code logits} gives for the same windows. */
class EvaluateCommandTest {
  /** Sums of a few float32 losses in another order. */
  private static final double ROUNDING = 1e-6;

  private static final String TEXT = "the garden and the sea and the weather and the garden";

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void prepare() {
    model = TestData.golden("01-model-a-tied").resolve("hf");
    TinyTokenizer.save(model);
  }

  private Cli.Result run(String name, String content, Object... more) throws IOException {
    Path input = Files.writeString(folder.resolve(name), content);
    Object[] start = {"evaluate", "--model", model, "--input", input, "--threads", 1};
    return Cli.run(Cli.with(start, more));
  }

  private JsonNode json(String name, String content, Object... more) throws IOException {
    Cli.Result result = run(name, content, Cli.with(more, "--json"));
    return JsonText.parse(result.ok().out(), "out");
  }

  /** The summed loss of windows, those of the same length in one call. */
  private double expected(int[] ids, int length) throws IOException {
    int whole = (ids.length - 1) / length;
    List<int[]> windows = new ArrayList<>();
    for (int w = 0; w < whole; w++) {
      windows.add(Arrays.copyOfRange(ids, w * length, (w + 1) * length + 1));
    }
    double sum = windows.isEmpty() ? 0 : summedLoss(windows);
    int[] rest = Arrays.copyOfRange(ids, whole * length, ids.length);
    return rest.length > 1 ? sum + summedLoss(List.of(rest)) : sum;
  }

  private double summedLoss(List<int[]> windows) throws IOException {
    String rows = windows.stream().map(Arrays::toString).collect(Collectors.joining(", "));
    Path input =
        Files.writeString(
            folder.resolve("ids.json"),
            "{\"input_ids\": [%1$s], \"labels\": [%1$s]}".formatted(rows));
    Path output = folder.resolve("loss.safetensors");
    Cli.run("logits", "--model", model, "--input-ids", input, "--output", output).ok();
    double mean = new GoldenTensors(output).doubles("loss")[0];
    return mean * windows.size() * (windows.get(0).length - 1);
  }

  private int[] ids(String text) {
    return HuggingFaceTokenizer.load(model).encode(text, AddedTokens.all());
  }

  @Test
  void eachTokenIsPredictedOnce() throws IOException {
    int[] ids = ids(TEXT);
    for (int length : new int[] {ids.length + 5, 4, 1}) {
      JsonNode found = json("text.txt", TEXT, "--seq-length", length);
      assertThat(found.get("tokens").intValue()).isEqualTo(ids.length - 1);
      assertThat(found.get("loss").doubleValue())
          .as("windows of %d", length)
          .isCloseTo(expected(ids, length) / (ids.length - 1), within(ROUNDING));
      assertThat(found.get("perplexity").doubleValue())
          .isEqualTo(Math.exp(found.get("loss").doubleValue()));
    }
  }

  @Test
  void textsOfRecordsDoNotSeeEachOther() throws IOException {
    List<String> texts = List.of(TEXT, "the sea", "and the weather");
    StringBuilder lines = new StringBuilder();
    double sum = 0;
    int tokens = 0;
    for (String text : texts) {
      lines.append("{\"words\": \"").append(text).append("\"}\n");
      sum += expected(ids(text), 6);
      tokens += ids(text).length - 1;
    }
    JsonNode found =
        json("texts.jsonl", lines.toString(), "--seq-length", 6, "--json-key", "words");
    assertThat(found.get("tokens").intValue()).isEqualTo(tokens);
    assertThat(found.get("loss").doubleValue()).isCloseTo(sum / tokens, within(ROUNDING));
    assertThat(run("texts.jsonl", lines.toString(), "--json-key", "words").ok().out())
        .matches("loss \\d+\\.\\d{5}, perplexity \\d+\\.\\d{4}, " + tokens + " tokens\n");
  }

  private void writeTemplate() throws IOException {
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}:{{ m.content }}<|end|>{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}");
  }

  private static String row(String question, String answer) {
    return JsonText.write(Map.of("instruction", question, "input", "", "output", answer)) + "\n";
  }

  @Test
  void theLossOfAnswersAlone() throws IOException {
    writeTemplate();
    String rows = row("the sea", "and the weather") + row("the garden", "sea");
    double sum = 0;
    int tokens = 0;
    for (String[] turn : new String[][] {{"the sea", "and the weather"}, {"the garden", "sea"}}) {
      int[] prompt = ids("user:" + turn[0] + "<|end|>assistant:");
      int[] answer = ids(turn[1] + "<|end|>");
      sum += loss(prompt, answer);
      tokens += answer.length;
    }
    JsonNode found = json("rows.jsonl", rows, "--loss-only");
    assertThat(found.get("tokens").intValue()).isEqualTo(tokens);
    assertThat(found.get("loss").doubleValue()).isCloseTo(sum / tokens, within(ROUNDING));
    assertThat(found.has("exact_match")).isFalse();
  }

  /** The summed loss of what follows a prompt. */
  private double loss(int[] prompt, int[] answer) throws IOException {
    int[] ids = IntStream.concat(Arrays.stream(prompt), Arrays.stream(answer)).toArray();
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, prompt.length, -100);
    Path input =
        Files.writeString(
            folder.resolve("ids.json"),
            "{\"input_ids\": [%s], \"labels\": [%s]}"
                .formatted(Arrays.toString(ids), Arrays.toString(labels)));
    Path output = folder.resolve("loss.safetensors");
    Cli.run("logits", "--model", model, "--input-ids", input, "--output", output).ok();
    return new GoldenTensors(output).doubles("loss")[0] * answer.length;
  }

  /** The model is asked once for its answer, which then is the one expected. */
  @Test
  void answersThatMatchExactly() throws IOException {
    model = TestData.golden("05-generate-a").resolve("hf_bf16");
    TinyTokenizer.save(model);
    writeTemplate();
    Path config = model.resolve("generation_config.json");
    Files.writeString(config, "{\"eos_token_id\": []}");
    JsonNode endless = answer("the garden");
    int last = endless.get("output_ids").get(10).intValue(); // which has not been there before
    Files.writeString(config, "{\"eos_token_id\": " + last + "}");
    String answer = answer("the garden").get("text").textValue();
    assertThat(answer).as(endless.toString()).isNotBlank();
    String rows =
        row("the garden", " " + answer + "\n") + row("the garden", answer + "x") + row("a", "no");
    JsonNode found = json("rows.jsonl", rows, "--batch-size", 2);
    assertThat(found.get("rows").intValue()).isEqualTo(3);
    assertThat(found.get("exact_match").doubleValue()).isEqualTo(1 / 3.0);
    assertThat(run("rows.jsonl", rows).ok().out()).endsWith(", 1 of 3 answers exactly\n");
  }

  private JsonNode answer(String question) throws IOException {
    Path messages =
        Files.writeString(
            folder.resolve("messages.json"),
            "[{\"role\": \"user\", \"content\": \"" + question + "\"}]");
    return JsonText.parse(
        Cli.run(
                "generate",
                "--model",
                model,
                "--messages",
                messages,
                "--temperature",
                0,
                "--max-new-tokens",
                12,
                "--json")
            .ok()
            .out(),
        "out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.txt   | ''            | --seq-length 8      | nothing to predict",
        "a.txt   | the sea       | --seq-length 0      | --seq-length must be at least 1, not 0",
        "a.txt   | the sea       | --seq-length 999999 | the model has",
        "a.txt   | the sea       | --tokenizer x       | x: no such folder",
        "a.jsonl | ''            | --seq-length 8      | no conversations in the columns []",
        "a.jsonl | {\"a\": \"b\"} | --seq-length 8    | no conversations in the columns [a]",
        "a.jsonl | {\"instruction\": \"b\", \"output\": \"c\"} | --seq-length 1 | at least 2",
        "a.jsonl | {\"instruction\": \"b\"} | --seq-length 8 | no chat template; looked for",
        "a.txt   | the sea       | --batch-size 0      | --batch-size must be at least 1, not 0",
        "a.jsonl | {             | --seq-length 8      | a.jsonl:1",
      })
  void mistakes(String name, String content, String options, String message) throws IOException {
    Cli.assertRefused(run(name, content, (Object[]) options.split(" ")), ExitCodes.USAGE, message);
  }

  @Test
  void anAdapterThatIsNotThere() throws IOException {
    Cli.assertRefused(
        run("a.txt", "the sea", "--adapter", "x"),
        ExitCodes.CHECKPOINT,
        "x: no such folder; name that of an adapter");
  }

  @Test
  void aTokenizerOfAnotherModel() throws IOException {
    Cli.assertRefused(
        run("a.txt", "海 sea", "--tokenizer", TestData.shared("qwen3-tokenizer")),
        ExitCodes.USAGE,
        "is outside the model's vocabulary of 512");
  }
}
