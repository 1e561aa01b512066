// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import java.time.Duration;
import java.util.Optional;

/** Collects what a server is to be like. */
public final class LoamServerBuilder {
  private Optional<ChatBackend> backend = Optional.empty();
  private String host = "127.0.0.1";
  private int port = 8000;
  private String modelName = "loam";
  private Optional<String> apiKey = Optional.empty();
  private int queueSize = 16;
  private int defaultMaxTokens = 1024;
  private int maxChoices = 8;
  private int maxBodyBytes = 4 << 20;
  private Duration requestTimeout = Duration.ofMinutes(10);
  private Duration readTimeout = Duration.ofSeconds(30);
  private Duration writeTimeout = Duration.ofSeconds(30);
  private Duration heartbeat = Duration.ofSeconds(5);
  private Duration shutdownGrace = Duration.ofSeconds(5);

  LoamServerBuilder() {}

  /** What generates; it stays its owner's. */
  public LoamServerBuilder setBackend(ChatBackend backend) {
    this.backend = Optional.of(backend);
    return this;
  }

  /**
   * The name or address of the interface to listen on; by default 127.0.0.1, which only this
   * machine reaches. On a loopback address, requests that name another host are refused, since
   * those come from web pages.
   */
  public LoamServerBuilder optHost(String host) {
    this.host = host;
    return this;
  }

  /**
   * The port to listen on, by default 8000; 0 for any that is free, see {@link LoamServer#port}.
   */
  public LoamServerBuilder optPort(int port) {
    this.port = inRange("port", port, 0, 65535);
    return this;
  }

  /** What requests call the model, by default {@code loam}. */
  public LoamServerBuilder optModelName(String name) {
    this.modelName = name;
    return this;
  }

  /** Refuses requests without {@code Authorization: Bearer KEY}; by default all are welcome. */
  public LoamServerBuilder optApiKey(String key) {
    if (key.isBlank()) {
      throw new IllegalArgumentException("the API key is blank");
    }
    this.apiKey = Optional.of(key);
    return this;
  }

  /**
   * How many requests may wait while one is worked on, by default 16; more get the status 429 and
   * are told when to come back.
   */
  public LoamServerBuilder optQueueSize(int requests) {
    this.queueSize = inRange("queueSize", requests, 0, 10_000);
    return this;
  }

  /** How many tokens are generated at most where a request does not say it, by default 1024. */
  public LoamServerBuilder optDefaultMaxTokens(int tokens) {
    this.defaultMaxTokens = inRange("defaultMaxTokens", tokens, 1, Integer.MAX_VALUE);
    return this;
  }

  /** How many texts one request may ask for, by default 8. */
  public LoamServerBuilder optMaxChoices(int choices) {
    this.maxChoices = inRange("maxChoices", choices, 1, 1024);
    return this;
  }

  /** How long a request's body may be, in bytes; by default 4 MiB. */
  public LoamServerBuilder optMaxBodyBytes(int bytes) {
    this.maxBodyBytes = inRange("maxBodyBytes", bytes, 1, 1 << 30);
    return this;
  }

  /** When an answer has to be complete, waiting included; by default after 10 minutes. */
  public LoamServerBuilder optRequestTimeout(Duration limit) {
    this.requestTimeout = positive("requestTimeout", limit);
    return this;
  }

  /** How long a client may take to send its request, by default 30 seconds. */
  public LoamServerBuilder optReadTimeout(Duration limit) {
    this.readTimeout = positive("readTimeout", limit);
    return this;
  }

  /** How long a client may take to receive a piece of the answer, by default 30 seconds. */
  public LoamServerBuilder optWriteTimeout(Duration limit) {
    this.writeTimeout = positive("writeTimeout", limit);
    return this;
  }

  /**
   * How often at least something is sent that shows whether the client is still there, by default
   * every 5 seconds.
   */
  public LoamServerBuilder optHeartbeat(Duration pause) {
    this.heartbeat = positive("heartbeat", pause);
    return this;
  }

  /** How long the answer at work may go on when the server is closed, by default 5 seconds. */
  public LoamServerBuilder optShutdownGrace(Duration limit) {
    this.shutdownGrace = limit;
    return this;
  }

  /**
   * Starts a server.
   *
   * @throws java.io.UncheckedIOException if it cannot listen there
   */
  public LoamServer build() {
    ChatBackend chosen =
        backend.orElseThrow(() -> new IllegalStateException("setBackend was not called"));
    return LoamServer.start(
        chosen,
        new Settings(
            host,
            port,
            modelName,
            apiKey,
            queueSize,
            defaultMaxTokens,
            maxChoices,
            maxBodyBytes,
            requestTimeout,
            readTimeout,
            writeTimeout,
            heartbeat,
            shutdownGrace));
  }

  private static int inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ", not " + value);
    }
    return value;
  }

  private static Duration positive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " must be positive, not " + value);
    }
    return value;
  }
}
