// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code template}. */
class TemplateCommandTest {
  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}{% if tools %}"
          + "{{ tools|tojson }}{% endif %}{% if add_generation_prompt %}assistant:{% endif %}"
          + "{% if enable_thinking is defined %}{{ enable_thinking }}{% endif %}\n";

  @TempDir Path folder;
  private Path tokenizer;
  private Path messages;

  @BeforeEach
  void prepare() throws IOException {
    tokenizer = TinyTokenizer.save(folder.resolve("tokenizer"));
    Files.writeString(tokenizer.resolve("chat_template.jinja"), TEMPLATE);
    messages =
        write("[{\"role\": \"user\", \"content\": \"é\"}, {\"role\": \"x\", \"content\": null}]");
  }

  private Path write(String json) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "in", ".json"), json);
  }

  private Cli.Result run(Object... more) {
    return Cli.run(Cli.with(new Object[] {"template", "--tokenizer", tokenizer}, more));
  }

  @Test
  void writesTheText() throws IOException {
    assertThat(run("--messages", messages).ok().out()).isEqualTo("user: é<|end|>x: None<|end|>");
    Path tools = write("[{\"b\": 1, \"a\": [true]}]");
    Cli.Result all =
        run(
            "--messages",
            messages,
            "--tools",
            tools,
            "--add-generation-prompt",
            "--enable-thinking",
            "false");
    assertThat(all.ok().out()).endsWith("x: None<|end|>[{\"b\": 1, \"a\": [true]}]assistant:False");
  }

  @Test
  void writesTheIds() {
    int[] ids =
        HuggingFaceTokenizer.load(tokenizer)
            .encode("user: é<|end|>x: None<|end|>", AddedTokens.all());
    assertThat(run("--messages", messages, "--ids").ok().out())
        .isEqualTo(JsonText.write(ids) + "\n");
  }

  @Test
  void linesGiveLines() throws IOException {
    Path lines =
        write(
            "{\"messages\": [{\"role\": \"user\", \"content\": \"😀\"}, {\"role\": \"assistant\","
                + " \"content\": \"the sea\"}], \"tools\": null, \"enable_thinking\": null}\n"
                + "{\"messages\": [{\"role\": \"user\", \"content\": \"\"}],"
                + " \"add_generation_prompt\": true, \"tools\": [{}], \"enable_thinking\": true}\n");
    String[] out = run("--jsonl", "--messages", lines).ok().out().split("\n", -1);
    assertThat(out).hasSize(3);
    String text = "user: 😀<|end|>assistant: the sea<|end|>";
    int[] ids = HuggingFaceTokenizer.load(tokenizer).encode(text, AddedTokens.all());
    assertThat(out[0])
        .isEqualTo(
            "{\"text\":\""
                + text
                + "\",\"ids\":"
                + JsonText.write(ids)
                + ",\"assistant_spans\":[[25,32]]}");
    int start = text.offsetByCodePoints(0, 25);
    assertThat(text.substring(start, start + 7)).isEqualTo("the sea");
    assertThat(out[1])
        .startsWith("{\"text\":\"user: <|end|>[{}]assistant:True\",")
        .endsWith("\"assistant_spans\":[]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                     | expected a JSON array with at least one message",
        "[]                     | expected a JSON array with at least one message",
        "[1]                    | messages[0]: expected a JSON object",
        "[{\"content\": \"x\"}] | messages[0]: a message needs a \"role\"",
        "[                      | not valid JSON",
      })
  void badMessages(String json, String part) throws IOException {
    Path bad = write(json);
    Cli.assertRefused(run("--messages", bad), ExitCodes.USAGE, bad.toString(), part);
    Path line = write("{\"messages\": " + json + "}\n");
    Cli.assertRefused(run("--jsonl", "--messages", line), ExitCodes.USAGE, line + ":1");
  }

  @Test
  void badTemplatesToolsAndOptions() throws IOException {
    Path tools = write("{\"a\": 1}");
    Cli.assertRefused(
        run("--messages", messages, "--tools", tools),
        ExitCodes.USAGE,
        tools + ": tools: expected");
    Cli.assertRefused(
        run("--messages", messages, "--jsonl", "--ids"), ExitCodes.USAGE, "--jsonl excludes --ids");
    Path template = tokenizer.resolve("chat_template.jinja");
    Files.writeString(template, "a\n{{ raise_exception('only one message') }}");
    Cli.assertRefused(
        run("--messages", messages),
        ExitCodes.USAGE,
        messages + ": " + template + ", line 2, column 19: only one message");
    Files.writeString(template, "{% if %}");
    Cli.assertRefused(
        run("--messages", messages), ExitCodes.USAGE, template + ", line 1, column 7");
    Files.delete(template);
    Cli.assertRefused(run("--messages", messages), ExitCodes.USAGE, "no chat template");
  }
}
