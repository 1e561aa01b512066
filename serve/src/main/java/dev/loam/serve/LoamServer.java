// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint that answers OpenAI's requests for chats and completions with one model, on the HTTP
 * server of the JDK. It takes requests from when it is built until it is closed. Requests are
 * generated one after the other, in the order of their arrival, on a thread of the server; its
 * other threads talk to clients. All are daemons whose names start with {@code loam-serve} (the
 * JDK's own are {@code HTTP-Dispatcher} and {@code server-timer}), and end with {@link #close}.
 */
public final class LoamServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoamServer.class);
  private static final int BACKLOG = 128;

  /** For clients whose requests are not in the queue: sending, being refused, or receiving. */
  private static final int SPARE_THREADS = 32;

  /** How long answers that are ready may take to go out when the server is closed. */
  private static final Duration LAST_WRITES = Duration.ofSeconds(2);

  private final HttpServer http;
  private final ConnectionThreads threads;
  private final GenerationQueue queue;
  private final Settings settings;
  private final AtomicBoolean closed = new AtomicBoolean();

  private LoamServer(ChatBackend backend, Settings settings, InetAddress host) throws IOException {
    this.settings = settings;
    // First what can fail: the rest starts no thread before that.
    this.http = HttpServer.create(new InetSocketAddress(host, settings.port()), BACKLOG);
    this.threads =
        new ConnectionThreads(settings.queueSize() + SPARE_THREADS, settings.readTimeout());
    this.queue = new GenerationQueue(backend, settings);
    boolean loopback = host.isLoopbackAddress();
    http.createContext("/", new Router(settings, threads, queue, backend, loopback));
    http.setExecutor(threads);
    if (!loopback && settings.apiKey().isEmpty()) {
      LOG.warn("{} can be reached from other machines, and there is no API key", host);
    }
  }

  /** Starts to describe a server. */
  public static LoamServerBuilder builder() {
    return new LoamServerBuilder();
  }

  static LoamServer start(ChatBackend backend, Settings settings) {
    String place = settings.host() + ":" + settings.port();
    try {
      LoamServer server = new LoamServer(backend, settings, InetAddress.getByName(settings.host()));
      server.queue.start();
      server.http.start();
      return server;
    } catch (UnknownHostException e) {
      throw new UncheckedIOException(place + ": no such host or address here", e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          place + ": cannot listen there: " + e.getMessage() + "; choose another port or host", e);
    }
  }

  /** The port it listens on. */
  public int port() {
    return http.getAddress().getPort();
  }

  /** Where clients send requests to, such as {@code http://127.0.0.1:8000/v1}. */
  public String url() {
    String host = settings.host();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port() + "/v1";
  }

  /** How many requests wait or are worked on. */
  public int requests() {
    return queue.size();
  }

  /**
   * Refuses new requests and those that wait (503), lets the one at work go on for the grace
   * period, and ends all connections and threads. Closing twice does nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      queue.close(settings.shutdownGrace());
      threads.close(LAST_WRITES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.closeNow();
      http.stop(0);
    }
  }
}
