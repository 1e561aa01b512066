// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.testkit.TestData;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code chat} with a model of random weights, whose answers {@code generate} gives as well. */
class ChatCommandTest {
  private static final Object[] SHORT = {"--max-new-tokens", 12, "--temperature", 1.1};

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void prepare() throws IOException {
    model = TestData.golden("05-generate-a").resolve("hf_bf16");
    TinyTokenizer.save(model);
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": []}");
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
            + "{% if add_generation_prompt %}assistant:{% endif %}");
  }

  @Test
  void linesFromAPipeAreAnsweredWithAllThatWasSaid() throws IOException {
    String first = answer("user", "the sea");
    String second = answer("user", "the sea", "assistant", first, "user", "/and more");
    Cli.Result result = chat(Input.Kind.LINES, "the sea\n\n//and more\n");
    assertThat(result.ok().out()).isEqualTo(first + "\n" + second + "\n");
    assertThat(result.messages()).isEmpty();
    assertThat(second).isNotEqualTo(first);
  }

  @Test
  void commands() throws IOException {
    String plain = answer("user", "the sea");
    String told = answer("system", "be the weather", "user", "the sea");
    Cli.Result result =
        chat(
            Input.Kind.TERMINAL,
            """
            /system be the weather
            the sea
            /reset
            the sea
            /system
            /nonsense
            /help
            /exit
            not answered any more
            """);
    assertThat(result.ok().out()).isEqualTo(told + "\n" + plain + "\n");
    assertThat(result.messages())
        .contains("> ", "(begun anew with instructions)", "(begun anew)")
        .contains("loam: /system needs the instructions after it")
        .contains("loam: /nonsense is no command; there are /help, /reset, /system and /exit")
        .contains("/reset        begins anew")
        .contains("(the answer reached its most tokens; --max-new-tokens allows more)");
    assertThat(chat(Input.Kind.LINES, "/nonsense\n").exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void aConversationThatGetsTooLong() throws IOException {
    String tooLong = "the sea ".repeat(4096);
    Cli.Result result = chat(Input.Kind.TERMINAL, tooLong + "\nthe sea\n");
    assertThat(result.ok().out()).isEqualTo(answer("user", "the sea") + "\n");
    assertThat(result.messages())
        .contains("loam: the conversation: ", "do not fit the model's 4096 positions")
        .contains("; /reset begins anew");
    Cli.assertRefused(chat(Input.Kind.LINES, tooLong), ExitCodes.USAGE, "do not fit");
  }

  @Test
  void withoutATemplate() throws IOException {
    Files.delete(model.resolve("chat_template.jinja"));
    Cli.assertRefused(
        chat(Input.Kind.LINES, "a\n"), ExitCodes.USAGE, model + ": no chat template; use loam");
  }

  @Test
  void whoTypes() {
    assertThat(Terminal.kind(Optional.of(Path.of("/dev/pts/3")))).isEqualTo(Input.Kind.TERMINAL);
    assertThat(Terminal.kind(Optional.of(Path.of("pipe:[123]")))).isEqualTo(Input.Kind.LINES);
    assertThat(Terminal.kind(Optional.of(Path.of("/tmp/lines")))).isEqualTo(Input.Kind.LINES);
    assertThat(Terminal.kind(Optional.of(Path.of("/dev/null")))).isEqualTo(Input.Kind.NONE);
    assertThat(Terminal.kind(Optional.empty())).isEqualTo(Input.Kind.LINES);
  }

  /**
   * The first ends an answer of 4000 tokens, of which every other one is text, and the next line is
   * read; the second ends the program.
   */
  @Test
  @Timeout(120)
  @DisabledOnOs(OS.WINDOWS)
  void interrupts() throws Exception {
    Process one = start();
    try (Writer lines = one.outputWriter(UTF_8)) {
      lines.write("the sea\n");
      lines.flush();
      assertThat(one.getInputStream().read()).isPositive();
      signal(one);
      lines.write("/exit\n");
      lines.flush();
      assertThat(one.getInputStream().readAllBytes().length).isLessThan(2000);
      assertThat(one.waitFor()).isEqualTo(ExitCodes.OK);
    } finally {
      one.destroyForcibly();
    }
    Process two = start();
    try (Writer lines = two.outputWriter(UTF_8)) {
      lines.write("the sea\n");
      lines.flush();
      assertThat(two.getInputStream().read()).isPositive();
      do {
        signal(two);
      } while (!two.waitFor(200, TimeUnit.MILLISECONDS));
      assertThat(two.exitValue()).isEqualTo(ExitCodes.SIGNAL + 2);
    } finally {
      two.destroyForcibly();
    }
    assertThat(Files.readString(folder.resolve("err"))).doesNotContain("Exception");
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-Dai.djl.offline=true", "-cp"));
    command.add(System.getProperty("java.class.path", ""));
    command.addAll(List.of(Main.class.getName(), "chat", "--model", model.toString()));
    command.addAll(List.of("--threads", "1", "--max-new-tokens", "4000", "--temperature", "1.1"));
    return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
  }

  private static void signal(Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isNotNegative(); // the process may have ended meanwhile
  }

  private Cli.Result chat(Input.Kind kind, String typed) {
    Object[] args = {"chat", "--model", model};
    return Cli.type(kind, typed, Cli.with(args, SHORT));
  }

  /** What generate answers to these roles and contents in turn. */
  private String answer(String... turns) throws IOException {
    List<Map<String, String>> messages = new ArrayList<>();
    for (int i = 0; i < turns.length; i += 2) {
      messages.add(Map.of("role", turns[i], "content", turns[i + 1]));
    }
    Path file = folder.resolve("messages.json");
    Files.writeString(file, new ObjectMapper().writeValueAsString(messages));
    Object[] args = {"generate", "--json", "--model", model, "--messages", file};
    String json = Cli.run(Cli.with(args, SHORT)).ok().out();
    return JsonText.parse(json, "out").get("text").textValue();
  }
}
