// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.model.generation.FinishReason;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that are slow, silent, or gone: each loses its connection, and nobody else notices. */
@Timeout(60)
class ClientsThatMisbehaveTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final String STREAM = TestServer.chat("\"stream\": true");

  private static void assertServes(TestServer server) {
    assertThat(server.get("/health").status()).isEqualTo(200);
  }

  /** Reads to the end of a connection, however it comes. */
  private static String rest(Socket socket) throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    StringBuilder read = new StringBuilder();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        read.append((char) b);
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
    return read.toString();
  }

  @Test
  void halfARequest() throws IOException {
    try (TestServer server = new TestServer(FakeBackend.words(), b -> b.optReadTimeout(SHORT))) {
      String whole = TestServer.head(TestServer.CHATS, 500) + "{\"model\": ";
      for (int length : new int[] {1, 10, 40, whole.length() - 13, whole.length()}) {
        try (Socket socket = server.connect()) {
          TestServer.send(socket, whole.substring(0, length));
          assertServes(server);
          assertThat(rest(socket)).isEmpty();
        }
      }
      assertServes(server);
    }
  }

  @Test
  void aRequestByteByByte() throws Exception {
    try (TestServer server = new TestServer(FakeBackend.words(), b -> b.optReadTimeout(SHORT));
        Socket socket = server.connect()) {
      TestServer.send(socket, TestServer.head(TestServer.CHATS, 100_000));
      boolean open = true;
      while (open) {
        try {
          TestServer.send(socket, " ");
          Thread.sleep(10);
        } catch (SocketException e) {
          open = false;
        }
      }
      assertServes(server);
    }
  }

  /** More of them than there are threads, and someone else still gets through. */
  @Test
  void manyThatSayNothing() throws IOException {
    try (TestServer server =
        new TestServer(FakeBackend.words(), b -> b.optReadTimeout(SHORT).optQueueSize(1))) {
      List<Socket> sockets = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          sockets.add(server.connect());
          TestServer.send(sockets.get(i), "POST /v1/chat/comp");
        }
        assertThat(server.post(TestServer.CHATS, TestServer.chat("")).status()).isEqualTo(200);
        for (Socket socket : sockets) {
          assertThat(rest(socket)).isEmpty();
        }
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    }
  }

  @Test
  void goneBeforeItsRequestIsComplete() throws IOException {
    try (TestServer server = new TestServer(FakeBackend.words())) {
      try (Socket socket = server.connect()) {
        TestServer.send(socket, TestServer.head(TestServer.CHATS, 500) + "{\"model\"");
      }
      assertServes(server);
    }
  }

  @Test
  void goneInTheMiddleOfItsStream() throws Exception {
    FakeBackend backend = FakeBackend.endless();
    try (TestServer server = new TestServer(backend)) {
      try (Socket socket = server.connect(TestServer.CHATS, STREAM)) {
        String unused = TestServer.readUntil(socket, "word by word: 3;");
      }
      server.awaitIdle();
      assertThat(backend.generations).hasSize(1);
      assertThat(backend.generations.get(0).reason()).isEqualTo(FinishReason.CANCELLED);
    }
  }

  /** Nothing is written to it but signs of life. */
  @Test
  void goneWhileItsAnswerIsGenerated() throws Exception {
    FakeBackend backend = FakeBackend.endless();
    try (TestServer server = new TestServer(backend, b -> b.optHeartbeat(Duration.ofMillis(20)))) {
      try (Socket socket = server.connect(TestServer.CHATS, TestServer.chat(""))) {
        String unused = TestServer.readUntil(socket, "200 OK");
      }
      server.awaitIdle();
      assertThat(backend.generations.get(0).reason()).isEqualTo(FinishReason.CANCELLED);
    }
  }

  @Test
  void goneWhileItWaitsItsTurn() throws Exception {
    FakeBackend backend = FakeBackend.endless();
    try (TestServer server =
            new TestServer(backend, b -> b.optHeartbeat(Duration.ofMillis(20)).optQueueSize(1));
        Socket first = server.connect(TestServer.CHATS, STREAM)) {
      String unused = TestServer.readUntil(first, "word by word");
      try (Socket second = server.connect(TestServer.CHATS, STREAM)) {
        unused = TestServer.readUntil(second, ": waiting");
        assertThat(server.post(TestServer.CHATS, STREAM).status()).isEqualTo(429);
      }
      while (server.server.requests() > 1) {
        Thread.sleep(5);
      }
      try (Socket third = server.connect(TestServer.CHATS, STREAM)) {
        assertThat(TestServer.readUntil(third, ": waiting")).contains("200 OK");
      }
    }
    assertThat(backend.requests).as("texts that were begun").hasSize(1);
  }

  /**
   * It is sent more than the buffers of the connection hold; the model goes on, and serves others.
   */
  @Test
  void neverReads() throws Exception {
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              for (int i = 0; i < 200 && request.maxNewTokens() > 1; i++) {
                sink.text("x".repeat(100_000));
              }
              return new Generation(FinishReason.STOP, 1);
            });
    try (TestServer server = new TestServer(backend, b -> b.optWriteTimeout(SHORT));
        Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.server.port()));
      TestServer.send(socket, TestServer.request(TestServer.CHATS, STREAM));
      String unused = TestServer.readUntil(socket, "200 OK");
      server.awaitIdle();
      assertThat(server.post(TestServer.CHATS, TestServer.chat("\"max_tokens\": 1")).status())
          .isEqualTo(200);
      // Its thread gives up, after which what comes is less than the whole.
      while (someoneIsServed()) {
        Thread.sleep(5);
      }
      assertThat(rest(socket)).doesNotContain("[DONE]");
    }
  }

  /**
   * Whether a thread of a connection is in the server's code, at a channel or between two of its
   * writes.
   */
  private static boolean someoneIsServed() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(e -> e.getKey().getName().startsWith("loam-serve-connection"))
        .flatMap(e -> Stream.of(e.getValue()))
        .anyMatch(frame -> frame.getClassName().startsWith("dev.loam.serve"));
  }

  @Test
  void pagesOfOtherSites() throws IOException {
    try (TestServer server = new TestServer(FakeBackend.words());
        Socket socket = server.connect()) {
      TestServer.send(socket, "GET /v1/models HTTP/1.1\r\nHost: evil.example:8000\r\n\r\n");
      assertThat(TestServer.readUntil(socket, "evil.example")).contains(" 403 ");
    }
  }
}
