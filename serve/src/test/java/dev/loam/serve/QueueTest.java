// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.model.generation.FinishReason;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One model and many who want it. */
@Timeout(60)
class QueueTest {
  private static final int QUEUE = 4;
  private static final int CLIENTS = 50;

  private ExecutorService clients;

  @BeforeEach
  void open() {
    clients = Executors.newFixedThreadPool(CLIENTS);
  }

  @AfterEach
  void close() {
    clients.shutdownNow();
  }

  private Future<TestServer.Reply> post(TestServer server, String more) {
    return clients.submit(() -> server.post(TestServer.CHATS, TestServer.chat(more)));
  }

  @Test
  void fiftyAtOnce() throws Exception {
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch go = new CountDownLatch(1);
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
              go.await();
              sink.text("done");
              atOnce.decrementAndGet();
              return new Generation(FinishReason.STOP, 1);
            });
    try (TestServer server = new TestServer(backend, b -> b.optQueueSize(QUEUE))) {
      List<Future<TestServer.Reply>> replies = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        replies.add(post(server, i % 2 == 0 ? "\"stream\": true" : ""));
      }
      while (replies.stream().filter(Future::isDone).count() < CLIENTS - QUEUE - 1) {
        Thread.sleep(5);
      }
      assertThat(server.get("/health").json().path("requests").asInt()).isEqualTo(QUEUE + 1);
      go.countDown();
      int accepted = 0;
      for (Future<TestServer.Reply> future : replies) {
        TestServer.Reply reply = future.get();
        if (reply.status() == 200) {
          accepted++;
          assertThat(reply.http().body()).contains("done");
        } else {
          checkRefusal(reply);
        }
      }
      assertThat(accepted).isEqualTo(QUEUE + 1);
      assertThat(most).as("generations at once").hasValue(1);
      assertThat(server.server.requests()).isZero();
      assertThat(post(server, "").get().status()).isEqualTo(200);
    }
  }

  private static void checkRefusal(TestServer.Reply reply) {
    assertThat(reply.status()).isEqualTo(429);
    JsonNode error = reply.error();
    assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
    assertThat(error.path("code").asText()).isEqualTo("queue_full");
    assertThat(Integer.parseInt(reply.header("Retry-After"))).isBetween(1, 60);
  }

  @Test
  void inTheOrderOfArrival() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              go.await();
              return new Generation(FinishReason.STOP, 1);
            });
    try (TestServer server = new TestServer(backend)) {
      List<Future<TestServer.Reply>> replies = new ArrayList<>();
      for (int i = 1; i <= 5; i++) {
        replies.add(post(server, "\"max_tokens\": " + i));
        while (server.server.requests() < i) {
          Thread.sleep(1);
        }
      }
      go.countDown();
      for (Future<TestServer.Reply> reply : replies) {
        assertThat(reply.get().status()).isEqualTo(200);
      }
      assertThat(backend.requests.stream().map(GenerationRequest::maxNewTokens))
          .containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void answersThatTakeTooLong() throws Exception {
    FakeBackend backend = FakeBackend.endless();
    try (TestServer server =
        new TestServer(backend, b -> b.optRequestTimeout(Duration.ofMillis(300)))) {
      Future<TestServer.Reply> running = post(server, "");
      Future<TestServer.Reply> waiting = post(server, "");
      for (TestServer.Reply reply : List.of(running.get(), waiting.get())) {
        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.error().path("code").asText()).isEqualTo("deadline_exceeded");
      }
      TestServer.Reply stream = post(server, "\"stream\": true").get();
      assertThat(stream.status()).isEqualTo(200);
      assertThat(stream.http().body()).contains("deadline_exceeded").doesNotContain("[DONE]");
      server.awaitIdle();
      assertThat(backend.generations).allMatch(g -> g.reason() == FinishReason.CANCELLED);
    }
  }

  @Test
  void modelsThatFail() throws Exception {
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              switch (request.maxNewTokens()) {
                case 1 -> throw new IllegalStateException("a secret of the house");
                case 2 -> throw new OutOfMemoryError("a secret of the house");
                case 3 -> {
                  sink.text("half of ");
                  throw new IllegalStateException("a secret of the house");
                }
                default -> sink.text("fine");
              }
              return new Generation(FinishReason.STOP, 1);
            });
    try (TestServer server = new TestServer(backend)) {
      for (String more : List.of("\"max_tokens\": 1", "\"max_tokens\": 2", "\"max_tokens\": 3")) {
        TestServer.Reply reply = post(server, more).get();
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.error().path("type").asText()).isEqualTo("server_error");
        assertThat(reply.http().body()).doesNotContain("secret");
        assertThat(post(server, "\"stream\": true, " + more).get().http().body())
            .contains("internal_error")
            .doesNotContain("secret", "[DONE]");
      }
      assertThat(post(server, "").get().status()).isEqualTo(200);
    }
  }

  /** Line feeds come ahead of an answer that takes long; it stays JSON. */
  @Test
  void signsOfLife() throws Exception {
    CountDownLatch beaten = new CountDownLatch(1);
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              beaten.await();
              sink.text("late");
              return new Generation(FinishReason.STOP, 1);
            });
    try (TestServer server = new TestServer(backend, b -> b.optHeartbeat(Duration.ofMillis(20)));
        Socket whole = server.connect(TestServer.CHATS, TestServer.chat(""))) {
      assertThat(TestServer.readUntil(whole, "\r\n1\r\n\n\r\n")).contains("200 OK");
      try (Socket stream = server.connect(TestServer.CHATS, TestServer.chat("\"stream\": true"))) {
        assertThat(TestServer.readUntil(stream, ": waiting\n\n")).contains("200 OK");
        beaten.countDown();
        assertThat(TestServer.readUntil(whole, "\r\n0\r\n")).contains("\"content\":\"late\"");
        assertThat(TestServer.readUntil(stream, "\r\n0\r\n")).contains("\"content\":\"late\"");
      }
    }
  }

  @Test
  void keys() {
    try (TestServer server = new TestServer(FakeBackend.words(), b -> b.optApiKey("open sesame"))) {
      for (String header : List.of("Bearer open", "Bearer ", "open sesame", "Basic open sesame")) {
        TestServer.Reply reply =
            server.send(server.request("/v1/models").header("Authorization", header));
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.error().path("code").asText()).isEqualTo("invalid_api_key");
      }
      assertThat(server.get("/v1/models").status()).isEqualTo(401);
      assertThat(server.post(TestServer.CHATS, "not read").status()).isEqualTo(401);
      assertThat(
              server
                  .send(server.request("/v1/models").header("Authorization", "Bearer open sesame"))
                  .status())
          .isEqualTo(200);
      assertThat(server.get("/health").status()).isEqualTo(200);
    }
  }
}
