// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatMessage;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What OpenAI's own client sends, and what it needs in return. */
class OpenAiClientTest {
  private final FakeBackend backend = FakeBackend.words();
  private final TestServer server = new TestServer(backend);

  @AfterEach
  void close() {
    server.close();
  }

  static List<Recorded> recorded() throws IOException {
    return Recorded.all();
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void answersRecordedRequests(Recorded request) {
    request.replay(server);
  }

  @Test
  void textOfAWholeAnswer() {
    JsonNode json = server.post(TestServer.CHATS, TestServer.chat("\"max_tokens\": 3")).json();
    JsonNode choice = json.path("choices").path(0);
    assertThat(choice.path("message").path("content").asText()).isEqualTo("w0 w1 w2 ");
    assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
    assertThat(json.path("usage").path("prompt_tokens").asInt()).isEqualTo(3);
    assertThat(json.path("usage").path("completion_tokens").asInt()).isEqualTo(3);
  }

  @Test
  void textOfAStream() {
    TestServer.Reply reply = server.post(TestServer.CHATS, TestServer.chat("\"stream\": true"));
    StringBuilder text = new StringBuilder();
    for (JsonNode event : reply.events()) {
      text.append(event.path("choices").path(0).path("delta").path("content").asText());
    }
    assertThat(text.toString()).isEqualTo("w0 w1 w2 w3 w4 ");
  }

  @Test
  void messagesAreWhatTheTemplateReads() throws InterruptedException {
    String body =
        """
        {"model": "tiny", "messages": [
          {"role": "developer", "content": "Be short."},
          {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
          {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]},
          {"role": "tool", "tool_call_id": "1", "content": "rain"}],
         "tools": [{"type": "function", "function": {"name": "weather"}}],
         "chat_template_kwargs": {"enable_thinking": false, "more": [1, "x"], "none": null}}
        """;
    assertThat(server.post(TestServer.CHATS, body).status()).isEqualTo(200);
    Chat chat = backend.chats.take();
    assertThat(chat.addGenerationPrompt()).isTrue();
    assertThat(chat.messages().stream().map(ChatMessage::role))
        .containsExactly("system", "user", "assistant", "tool");
    assertThat(chat.messages().stream().map(m -> m.content().orElseThrow()))
        .containsExactly("Be short.", "a\nb", "", "rain");
    assertThat(chat.messages().get(2).asMap()).containsKey("tool_calls");
    assertThat(chat.tools().orElseThrow()).hasSize(1);
    assertThat(chat.variables())
        .containsOnlyKeys("enable_thinking", "more")
        .containsEntry("enable_thinking", false);
  }

  @Test
  void toolsMayBeHeldBack() throws InterruptedException {
    String more = "\"tools\": [{\"type\": \"function\"}], \"tool_choice\": \"none\"";
    assertThat(server.post(TestServer.CHATS, TestServer.chat(more)).status()).isEqualTo(200);
    assertThat(backend.chats.take().tools()).isEmpty();
  }

  @Test
  void optionsReachTheModel() {
    String more =
        "\"temperature\": 0.5, \"top_p\": 0.9, \"top_k\": 7, \"min_p\": 0.1, \"seed\": 3, \"n\": 2,"
            + " \"repetition_penalty\": 1.5, \"max_completion_tokens\": 4, \"max_tokens\": 9,"
            + " \"stop\": [\"x\", \"y\"]";
    assertThat(server.post(TestServer.CHATS, TestServer.chat(more)).status()).isEqualTo(200);
    assertThat(backend.requests).hasSize(2);
    for (int i = 0; i < 2; i++) {
      GenerationRequest request = backend.requests.get(i);
      assertThat(request.maxNewTokens()).isEqualTo(4);
      assertThat(request.stop()).containsExactly("x", "y");
      assertThat(request.sampling())
          .isEqualTo(
              new Sampling(
                  OptionalDouble.of(0.5),
                  OptionalDouble.of(0.9),
                  OptionalInt.of(7),
                  OptionalDouble.of(0.1),
                  OptionalDouble.of(1.5),
                  OptionalLong.of(3 + i)));
    }
  }

  @Test
  void whatIsNotSaidIsLeftToTheModel() {
    assertThat(server.post(TestServer.CHATS, TestServer.chat("")).status()).isEqualTo(200);
    GenerationRequest request = backend.requests.get(0);
    assertThat(request.sampling()).isEqualTo(Sampling.defaults());
    assertThat(request.maxNewTokens()).as("the room left").isEqualTo(FakeBackend.CONTEXT - 3);
    assertThat(request.stop()).isEmpty();
  }

  @Test
  void health() {
    TestServer.Reply reply = server.get("/health");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("status").asText()).isEqualTo("ok");
  }
}
