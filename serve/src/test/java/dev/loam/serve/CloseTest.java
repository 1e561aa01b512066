// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.loam.model.generation.FinishReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The end of a server, and what is left of it: nothing. */
@Timeout(60)
class CloseTest {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(
            name ->
                name.startsWith("loam-serve")
                    || name.equals("HTTP-Dispatcher")
                    || name.contains("server-timer"))
        .count();
  }

  private static long openSockets() throws IOException {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.filter(CloseTest::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      String target = Files.readSymbolicLink(file).toString();
      return target.startsWith("socket:") || target.startsWith("anon_inode:[eventpoll");
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }

  /** Each with a request that is answered and a connection that is kept. */
  private static void cycle() throws IOException {
    try (TestServer server = new TestServer(FakeBackend.words());
        Socket answered = server.connect(TestServer.CHATS, TestServer.chat(""));
        Socket silent = server.connect()) {
      assertThat(TestServer.readUntil(answered, "w4")).contains("200 OK");
      assertThat(silent.isConnected()).isTrue();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingIsLeft() throws Exception {
    cycle(); // loads classes, and with them files
    awaitNoThreads();
    long sockets = openSockets();
    for (int i = 0; i < 20; i++) {
      cycle();
    }
    awaitNoThreads();
    assertThat(openSockets()).isLessThanOrEqualTo(sockets);
  }

  /** Those of the JDK's server and their timers end a moment after they are told to. */
  private static void awaitNoThreads() throws InterruptedException {
    while (threads() > 0) {
      Thread.sleep(5);
    }
  }

  @Test
  void lastRequests() throws Exception {
    CountDownLatch closing = new CountDownLatch(1);
    FakeBackend backend =
        new FakeBackend(
            (request, sink) -> {
              sink.text("first ");
              closing.await();
              sink.text("last");
              return new Generation(FinishReason.STOP, 2);
            });
    TestServer server = new TestServer(backend, b -> b.optShutdownGrace(Duration.ofSeconds(30)));
    String stream = TestServer.chat("\"stream\": true");
    try (Socket running = server.connect(TestServer.CHATS, stream)) {
      String unused = TestServer.readUntil(running, "first ");
      CompletableFuture<TestServer.Reply> waiting =
          CompletableFuture.supplyAsync(() -> server.post(TestServer.CHATS, TestServer.chat("")));
      while (server.server.requests() < 2) {
        Thread.sleep(5);
      }
      CompletableFuture<Void> closed = CompletableFuture.runAsync(server::close);
      for (TestServer.Reply reply :
          new TestServer.Reply[] {
            waiting.get(), server.post(TestServer.CHATS, stream), server.get("/health")
          }) {
        assertThat(reply.status()).isEqualTo(503);
        assertThat(reply.error().path("code").asText()).isEqualTo("shutting_down");
      }
      assertThat(closed).isNotDone();
      closing.countDown();
      assertThat(TestServer.readUntil(running, "[DONE]")).contains("last");
      closed.get();
      assertThatThrownBy(server::connect).isInstanceOf(IOException.class);
    }
  }

  @Test
  void answersWithoutAnEnd() throws Exception {
    FakeBackend backend = FakeBackend.endless();
    TestServer server = new TestServer(backend, b -> b.optShutdownGrace(Duration.ofMillis(50)));
    String stream = TestServer.chat("\"stream\": true");
    try (Socket running = server.connect(TestServer.CHATS, stream)) {
      String unused = TestServer.readUntil(running, "word by word");
      server.close();
      server.close();
      assertThat(TestServer.readUntil(running, "shutting_down")).doesNotContain("[DONE]");
      assertThat(backend.generations.get(0).reason()).isEqualTo(FinishReason.CANCELLED);
    }
    awaitNoThreads();
  }

  @Test
  void placesThatAreTaken() throws Exception {
    try (TestServer server = new TestServer(FakeBackend.words())) {
      LoamServerBuilder second =
          LoamServer.builder().setBackend(FakeBackend.words()).optPort(server.server.port());
      assertThatThrownBy(second::build)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("127.0.0.1:" + server.server.port() + ": cannot listen there")
          .hasMessageContaining("choose another port or host");
    }
    awaitNoThreads();
    LoamServerBuilder nowhere =
        LoamServer.builder().setBackend(FakeBackend.words()).optHost("no.such.host.invalid");
    assertThatThrownBy(nowhere::build)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no.such.host.invalid:8000: no such host");
  }

  @Test
  void settingsThatMakeNoSense() {
    LoamServerBuilder builder = LoamServer.builder();
    assertThatThrownBy(builder::build).hasMessage("setBackend was not called");
    assertThatThrownBy(() -> builder.optPort(70_000))
        .hasMessage("port must be from 0 to 65535, not 70000");
    assertThatThrownBy(() -> builder.optQueueSize(-1)).hasMessageContaining("queueSize");
    assertThatThrownBy(() -> builder.optHeartbeat(Duration.ZERO)).hasMessageContaining("heartbeat");
    assertThatThrownBy(() -> builder.optApiKey(" ")).hasMessageContaining("blank");
  }
}
