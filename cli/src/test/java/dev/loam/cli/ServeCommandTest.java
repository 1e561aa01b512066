// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.loam.testkit.TestData;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} in a process of its own, and what it refuses. */
@Timeout(120)
class ServeCommandTest {
  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
          + "{% if add_generation_prompt %}assistant:{% endif %}";

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void prepare() throws IOException {
    model = TestData.golden("05-generate-a").resolve("hf_bf16");
    TinyTokenizer.save(model);
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": []}");
    Files.writeString(model.resolve("chat_template.jinja"), TEMPLATE);
  }

  private Process start(Object... more) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path", ""),
            Main.class.getName(),
            "serve",
            "--model",
            model.toString(),
            "--port",
            "0",
            "--threads",
            "1");
    return new ProcessBuilder(
            java.util.stream.Stream.concat(
                    command.stream(), java.util.stream.Stream.of(more).map(Object::toString))
                .toList())
        .redirectErrorStream(true)
        .start();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void answersUntilItIsTold() throws Exception {
    Path messages = folder.resolve("messages.json");
    String chat = "[{\"role\": \"user\", \"content\": \"the sea\"}]";
    Files.writeString(messages, chat);
    String expected =
        new ObjectMapper()
            .readTree(
                Cli.run(
                        "generate",
                        "--model",
                        model,
                        "--messages",
                        messages,
                        "--max-new-tokens",
                        12,
                        "--threads",
                        1,
                        "--json")
                    .ok()
                    .out())
            .path("text")
            .asText();
    Process server = start("--model-name", "tiny", "--api-key", "secret");
    try (BufferedReader lines = server.inputReader(StandardCharsets.UTF_8)) {
      String line = lines.readLine();
      Matcher url = Pattern.compile("serving tiny at (http://127.0.0.1:\\d+/v1); .*").matcher(line);
      assertThat(url.matches()).as(line).isTrue();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url.group(1) + "/chat/completions"))
              .header("Content-Type", "application/json")
              .header("Authorization", "Bearer secret")
              .POST(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"model\": \"tiny\", \"max_tokens\": 12, \"messages\": " + chat + "}"))
              .build();
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      JsonNode choice = new ObjectMapper().readTree(response.body()).path("choices").path(0);
      assertThat(choice.path("message").path("content").asText()).isEqualTo(expected);
      assertThat(new ProcessBuilder("kill", "-TERM", Long.toString(server.pid())).start().waitFor())
          .isZero();
      assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isEqualTo(143);
      assertThat(lines.lines())
          .containsExactly(
              "loam: SIGTERM: ending with the answer at work; once more to end at once");
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void mistakes() throws IOException {
    refused("serve: port must be from 0 to 65535, not 70000", "--port", 70_000);
    refused("serve: queueSize must be from 0 to 10000, not -1", "--queue", -1);
    refused("serve: defaultMaxTokens must be from 1", "--max-new-tokens", 0);
    refused("serve: the API key is blank", "--api-key", " ");
    refused("no.such.host.invalid:0: no such host", "--host", "no.such.host.invalid", "--port", 0);
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      refused(
          "127.0.0.1:" + taken.getLocalPort() + ": cannot listen there",
          "--port",
          taken.getLocalPort());
    }
  }

  private void refused(String part, Object... options) {
    Object[] serve = {"serve", "--model", model, "--threads", 1};
    Cli.assertRefused(Cli.run(Cli.with(serve, options)), ExitCodes.USAGE, part);
  }
}
