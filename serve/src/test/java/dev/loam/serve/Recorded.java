// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A request as OpenAI's client for Python (3.22.1) sends it, recorded by {@code record.py} beside
 * the recording, and what its answer has to look like.
 */
record Recorded(JsonNode request) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Recorded> all() throws IOException {
    try (InputStream in = Recorded.class.getResourceAsStream("/openai-client/requests.json")) {
      List<Recorded> all = new ArrayList<>();
      JSON.readTree(Objects.requireNonNull(in)).forEach(each -> all.add(new Recorded(each)));
      return all;
    }
  }

  /** Sends it and checks the answer. */
  void replay(TestServer server) {
    String body = request.path("body").asText();
    HttpRequest.Builder http =
        server
            .request(request.path("path").asText())
            .method(request.path("method").asText(), BodyPublishers.ofString(body));
    request
        .path("headers")
        .properties()
        .forEach(h -> http.header(h.getKey(), h.getValue().asText()));
    TestServer.Reply reply = server.send(http);
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(200);
    assertThat(reply.header("X-Request-Id")).startsWith("req_");
    if (body.isEmpty()) {
      checkModels(reply);
    } else {
      JsonNode sent = TestServer.parse(body);
      if (sent.path("stream").asBoolean()) {
        checkStream(reply, sent);
      } else {
        checkWhole(reply, sent);
      }
    }
  }

  private boolean isChat() {
    return request.path("path").asText().equals(TestServer.CHATS);
  }

  private static void checkModels(TestServer.Reply reply) {
    JsonNode json = reply.json();
    JsonNode model = json.path("object").asText().equals("list") ? json.path("data").path(0) : json;
    assertThat(model.path("id").asText()).isEqualTo("tiny");
    assertThat(model.path("object").asText()).isEqualTo("model");
    assertThat(model.path("created").isIntegralNumber()).isTrue();
  }

  private static int choices(JsonNode sent) {
    JsonNode prompt = sent.path("prompt");
    boolean several = prompt.isArray() && !prompt.path(0).isNumber();
    return sent.path("n").asInt(1) * (several ? prompt.size() : 1);
  }

  private void checkWhole(TestServer.Reply reply, JsonNode sent) {
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    JsonNode json = reply.json();
    checkEnvelope(json, isChat() ? "chat.completion" : "text_completion");
    assertThat(json.path("choices")).hasSize(choices(sent));
    for (int i = 0; i < choices(sent); i++) {
      JsonNode choice = json.path("choices").path(i);
      assertThat(choice.path("index").asInt()).isEqualTo(i);
      assertThat(choice.path("finish_reason").asText()).isIn("stop", "length");
      JsonNode text = isChat() ? choice.path("message").path("content") : choice.path("text");
      assertThat(text.isTextual()).isTrue();
      if (isChat()) {
        assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
      }
    }
    checkUsage(json.path("usage"), sent);
  }

  private void checkStream(TestServer.Reply reply, JsonNode sent) {
    assertThat(reply.header("Content-Type")).startsWith("text/event-stream");
    List<JsonNode> events = new ArrayList<>(reply.events());
    if (sent.path("stream_options").path("include_usage").asBoolean()) {
      JsonNode last = events.remove(events.size() - 1);
      assertThat(last.path("choices").isArray()).isTrue();
      assertThat(last.path("choices")).isEmpty();
      checkUsage(last.path("usage"), sent);
    }
    events.forEach(e -> checkEnvelope(e, isChat() ? "chat.completion.chunk" : "text_completion"));
    assertThat(events.stream().map(e -> e.path("id").asText()).distinct()).hasSize(1);
    for (int i : IntStream.range(0, choices(sent)).toArray()) {
      List<JsonNode> parts =
          events.stream()
              .map(e -> e.path("choices").path(0))
              .filter(c -> c.path("index").asInt() == i)
              .toList();
      if (isChat()) {
        assertThat(parts.get(0).path("delta").path("role").asText()).isEqualTo("assistant");
      }
      assertThat(parts.get(parts.size() - 1).path("finish_reason").asText()).isIn("stop", "length");
      assertThat(parts.subList(0, parts.size() - 1))
          .allMatch(part -> part.path("finish_reason").isNull());
    }
  }

  private static void checkEnvelope(JsonNode json, String kind) {
    assertThat(json.path("id").asText()).isNotEmpty();
    assertThat(json.path("object").asText()).isEqualTo(kind);
    assertThat(json.path("created").isIntegralNumber()).isTrue();
    assertThat(json.path("model").asText()).isEqualTo("tiny");
  }

  private static void checkUsage(JsonNode usage, JsonNode sent) {
    int prompt = usage.path("prompt_tokens").asInt();
    int completion = usage.path("completion_tokens").asInt();
    assertThat(prompt).isPositive();
    assertThat(completion)
        .isBetween(1, choices(sent) * sent.path("max_tokens").asInt(Integer.MAX_VALUE / 16));
    assertThat(usage.path("total_tokens").asInt()).isEqualTo(prompt + completion);
  }

  @Override
  public String toString() {
    return request.path("name").asText();
  }
}
