// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are wrong get an error in OpenAI's form, and leave nothing behind. */
class BadRequestTest {
  private static final int MAX_BODY = 100_000;

  private final FakeBackend backend = FakeBackend.words();
  private final TestServer server =
      new TestServer(backend, builder -> builder.optMaxBodyBytes(MAX_BODY));

  @AfterEach
  void close() {
    assertThat(backend.requests).as("nothing was generated").isEmpty();
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"temperature\": \"hot\"       | temperature must be a number from 0 to 2, not \"hot\"",
        "\"temperature\": -0.1          | temperature must be a number",
        "\"temperature\": 1e999         | temperature must be a number",
        "\"top_p\": 1.01                | top_p must be a number from 0 to 1, not 1.01",
        "\"min_p\": [0]                 | min_p must be a number from 0 to 1, not a list",
        "\"top_k\": 1.5                 | top_k must be an integer of at least -1, not 1.5",
        "\"repetition_penalty\": 0      | repetition_penalty must be above 0",
        "\"max_tokens\": 0              | max_tokens must be an integer of at least 1, not 0",
        "\"max_tokens\": 99999999999    | max_tokens must be an integer",
        "\"max_completion_tokens\": true| max_completion_tokens must be an integer",
        "\"seed\": 9223372036854775808  | seed must be an integer of 64 bits",
        "\"seed\": \"1\"                | seed must be an integer of 64 bits",
        "\"n\": 0                       | n must be an integer from 1 to 8, not 0",
        "\"n\": 9                       | n must be an integer from 1 to 8, not 9",
        "\"stream\": \"yes\"            | stream must be true or false, not \"yes\"",
        "\"stream_options\": {}         | stream_options needs stream: true",
        "\"stream\": true, \"stream_options\": {\"include_usage\": 1} | stream_options.include_usage",
        "\"stop\": 1                    | stop must be a text or a list of up to 4",
        "\"stop\": \"\\ud800\"          | stop must be a text or a list of up to 4",
        "\"stop\": [\"\"]               | stop must be a text or a list of up to 4",
        "\"stop\": [\"a\", \"b\", \"c\", \"d\", \"e\"] | stop must be a text or a list of up to 4",
        "\"logprobs\": true             | logprobs is not supported",
        "\"top_logprobs\": 2            | top_logprobs is not supported",
        "\"presence_penalty\": 0.5      | presence_penalty is not supported; use repetition_penalty",
        "\"frequency_penalty\": -1      | frequency_penalty is not supported",
        "\"logit_bias\": {\"5\": 1}     | logit_bias is not supported",
        "\"response_format\": {\"type\": \"json_object\"} | response_format must be",
        "\"response_format\": \"json\"  | response_format must be an object",
        "\"functions\": []              | functions is not supported",
        "\"modalities\": [\"audio\"]    | modalities must be",
        "\"tools\": {\"type\": \"function\"} | tools",
        "\"tools\": [1]                 | tools[0]",
        "\"tools\": [{\"type\": \"function\"}], \"tool_choice\": \"required\" | tool_choice must be",
        "\"chat_template_kwargs\": 1    | chat_template_kwargs must be an object",
        "\"chat_template_kwargs\": {\"enable_thinking\": \"no\"} | enable_thinking must be true or",
        "\"chat_template_kwargs\": {\"messages\": [1]} | messages cannot be given",
      })
  void fields(String more, String part) {
    refused(server.post(TestServer.CHATS, TestServer.chat(more)), 400, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\": \"tiny\"}                      | the field messages is missing",
        "{\"messages\": []}                         | the field model is missing",
        "{\"model\": 5, \"messages\": []}           | model must be a string, not 5",
        "{\"model\": \"tiny\", \"messages\": []}    | messages must be a list of at least one message",
        "{\"model\": \"tiny\", \"messages\": \"hi\"}| messages must be a list",
        "{\"model\": \"tiny\", \"messages\": [1]}   | messages[0] must be an object, not 1",
        "{\"model\": \"tiny\", \"messages\": [{}]}  | messages[0].role must be system, developer",
        "{\"model\": \"tiny\", \"messages\": [{\"role\": \"king\"}]} | not \"king\"",
        "{\"model\": \"tiny\", \"messages\": [{\"role\": \"user\"}]} | messages[0].content is missing",
        "{\"model\": \"tiny\", \"messages\": [{\"role\": \"user\", \"content\": 1}]} | content must be a string",
        "{\"model\": \"tiny\", \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]}]} | content[0] must be",
        "{\"model\": \"tiny\", \"messages\": [{\"role\": \"user\", \"content\": \"forbidden\"}]} | the template forbids that",
        "{\"model\": \"tiny\", \"model\": \"tiny\"} | Duplicate field 'model'",
        "[]                                         | the body must be a JSON object",
        "``                                         | the body must be a JSON object",
        "{\"model\": \"tiny\",}                     | not valid JSON at line 1, column 18",
        "{\"model\": \"tiny\"                       | not valid JSON",
        "{} {}                                      | not valid JSON",
        "{'model': 1}                               | not valid JSON",
        "{\"n\": NaN}                               | not valid JSON",
      })
  void bodies(String body, String part) {
    refused(server.post(TestServer.CHATS, body), 400, part);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"prompt\": []                      | prompt must be a text",
        "\"prompt\": \"\"                    | prompt has no text",
        "\"prompt\": {\"a\": 1}              | prompt must be a text",
        "\"prompt\": [1, -1]                 | token ids must be integers from 0 to 999, not -1",
        "\"prompt\": [1, 1000]               | token ids must be integers from 0 to 999, not 1000",
        "\"prompt\": [1, \"a\"]              | token ids must be integers",
        "\"prompt\": [[1], [2.5]]            | token ids must be integers from 0 to 999, not 2.5",
        "\"prompt\": [\"a\",\"b\",\"c\",\"d\",\"e\"], \"n\": 2 | more than 8 texts",
        "\"prompt\": \"a\", \"echo\": true   | echo is not supported",
        "\"prompt\": \"a\", \"suffix\": \"b\"| suffix is not supported",
        "\"prompt\": \"a\", \"best_of\": 3   | best_of is not supported",
        "\"prompt\": \"a\", \"logprobs\": 0  | logprobs is not supported",
        "\"temperature\": 1                  | the field prompt is missing",
      })
  void completions(String members, String part) {
    refused(server.post(TestServer.TEXTS, "{\"model\": \"tiny\", " + members + "}"), 400, part);
  }

  @Test
  void hugeAndHostileJson() {
    String deep = "[".repeat(20_000) + "]".repeat(20_000);
    refused(server.post(TestServer.CHATS, TestServer.chat("\"a\": " + deep)), 400, "depth");
    String digits = "9".repeat(5000);
    refused(server.post(TestServer.CHATS, TestServer.chat("\"seed\": " + digits)), 400, "length");
    String escape = "{\"model\": \"\\ud800\"}";
    refused(server.post(TestServer.CHATS, escape), 404, "does not exist");
    refused(
        server.post(TestServer.CHATS, new byte[] {'{', '"', (byte) 0xc3, '"'}), 400, "not UTF-8");
    byte[] utf16 = TestServer.chat("").getBytes(StandardCharsets.UTF_16LE);
    refused(server.post(TestServer.CHATS, utf16), 400, "not valid JSON");
  }

  @Test
  void overLongPrompts() {
    String words = "word ".repeat(FakeBackend.CONTEXT).strip();
    JsonNode error =
        refused(
            server.post(TestServer.CHATS, TestServer.chat("").replace("Hello there", words)),
            400,
            "the model's context has 100 tokens, but 102 are asked for: 101 in messages");
    assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
    error =
        refused(
            server.post(TestServer.CHATS, TestServer.chat("\"max_tokens\": 98")),
            400,
            "101 are asked for: 3 in messages, 98 to generate");
    assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
  }

  @Test
  void unknownModel() {
    String body = TestServer.chat("").replace("tiny", "gpt-9");
    JsonNode error = refused(server.post(TestServer.CHATS, body), 404, "`gpt-9` does not exist");
    assertThat(error.path("code").asText()).isEqualTo("model_not_found");
    refused(server.get("/v1/models/some/other"), 404, "`some/other` does not exist");
  }

  @Test
  void pathsAndMethods() {
    refused(server.get("/"), 404, "there is no /");
    refused(server.get("/v1/embeddings"), 404, "there is no /v1/embeddings");
    for (String path : List.of(TestServer.CHATS, TestServer.TEXTS)) {
      TestServer.Reply reply = server.get(path);
      refused(reply, 405, "use POST");
      assertThat(reply.header("Allow")).isEqualTo("POST");
    }
    refused(server.post("/v1/models", "{}"), 405, "use GET");
    assertThat(
            server.send(server.request("/health").method("HEAD", BodyPublishers.noBody())).status())
        .isEqualTo(405);
    TestServer.Reply asked =
        server.send(server.request(TestServer.CHATS).method("OPTIONS", BodyPublishers.noBody()));
    assertThat(asked.status()).isEqualTo(405);
    assertThat(asked.http().headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control"));
  }

  @ParameterizedTest
  @ValueSource(ints = {MAX_BODY + 1, 3 * MAX_BODY})
  void bodyTooLarge(int length) {
    TestServer.Reply reply = server.post(TestServer.CHATS, " ".repeat(length));
    JsonNode error = refused(reply, 413, "more than the 100000 bytes");
    assertThat(error.path("code").asText()).isEqualTo("request_too_large");
  }

  @Test
  void otherTypesOfContent() {
    refused(
        server.send(
            server
                .request(TestServer.CHATS)
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString(TestServer.chat("")))),
        415,
        "must be application/json, not text/plain");
    refused(
        server.send(
            server.request(TestServer.CHATS).POST(BodyPublishers.ofString(TestServer.chat("")))),
        415,
        "not none");
  }

  private static JsonNode refused(TestServer.Reply reply, int status, String part) {
    assertThat(reply.status()).as(reply.http().body()).isEqualTo(status);
    JsonNode error = reply.error();
    assertThat(error.path("message").asText()).contains(part);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    return error;
  }
}
