// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A server on a free port, and ways to talk to it. */
final class TestServer implements AutoCloseable {
  static final String CHATS = "/v1/chat/completions";
  static final String TEXTS = "/v1/completions";

  /** So that a test that waits in vain fails. */
  private static final int MAX_WAIT_MILLIS = 30_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** One for all: it holds threads and files of its own. */
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  final LoamServer server;

  TestServer(ChatBackend backend) {
    this(backend, builder -> builder);
  }

  TestServer(ChatBackend backend, UnaryOperator<LoamServerBuilder> options) {
    LoamServerBuilder builder =
        LoamServer.builder().setBackend(backend).optPort(0).optModelName("tiny");
    server = options.apply(builder).build();
  }

  /** A response that was read to its end. */
  record Reply(HttpResponse<String> http) {
    int status() {
      return http.statusCode();
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return parse(http.body());
    }

    /** The error, after checking that it has all its parts. */
    JsonNode error() {
      JsonNode error = json().path("error");
      assertThat(error.fieldNames())
          .toIterable()
          .containsExactly("message", "type", "param", "code");
      assertThat(error.path("message").asText()).isNotBlank();
      return error;
    }

    /** The objects of a stream, after checking that it ended as it should. */
    List<JsonNode> events() {
      List<JsonNode> events = new ArrayList<>();
      boolean done = false;
      for (String line : http.body().split("\n\n", -1)) {
        if (line.equals("data: [DONE]")) {
          done = true;
        } else if (line.startsWith("data: ")) {
          assertThat(done).isFalse();
          events.add(parse(line.substring("data: ".length())));
        } else if (!line.isEmpty()) {
          assertThat(line).startsWith(": ");
        }
      }
      assertThat(done).as(http.body()).isTrue();
      return events;
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
  }

  /** The body of a chat of one message, with more members. */
  static String chat(String more) {
    return "{\"model\": \"tiny\", \"messages\": [{\"role\": \"user\", \"content\": \"Hello there\"}]"
        + (more.isEmpty() ? "" : ", " + more)
        + "}";
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  HttpRequest.Builder posting(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  Reply get(String path) {
    return send(request(path));
  }

  Reply post(String path, String body) {
    return send(posting(path, body));
  }

  Reply post(String path, byte[] body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(body)));
  }

  Reply send(HttpRequest.Builder request) {
    try {
      return new Reply(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A bare connection. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(MAX_WAIT_MILLIS);
    return socket;
  }

  /** A bare connection that has sent a request. */
  Socket connect(String path, String body) throws IOException {
    Socket socket = connect();
    send(socket, request(path, body));
    return socket;
  }

  static String request(String path, String body) {
    return head(path, body.getBytes(UTF_8).length) + body;
  }

  static String head(String path, long length) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    socket.getOutputStream().flush();
  }

  /** Reads until a text has come. */
  static String readUntil(Socket socket, String text) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      int b = in.read();
      if (b < 0) {
        throw new AssertionError("ended before '" + text + "': " + read);
      }
      read.append((char) b);
    }
    return read.toString();
  }

  /** Waits until all requests are over. */
  void awaitIdle() throws InterruptedException {
    while (server.requests() > 0) {
      Thread.sleep(5);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
