// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.UUID;

/** One request and its response. Whatever is sent is sent within a time limit. */
final class HttpCall {
  private static final String JSON = "application/json";

  /** How much of a body that is too long is read, so that its sender gets to read the answer. */
  private static final int READ_IN_VAIN = 8;

  private final HttpExchange exchange;
  private final ConnectionThreads threads;
  private final Settings settings;
  private boolean begun;

  HttpCall(HttpExchange exchange, ConnectionThreads threads, Settings settings) {
    this.exchange = exchange;
    this.threads = threads;
    this.settings = settings;
  }

  String method() {
    return exchange.getRequestMethod();
  }

  /** Without escapes. */
  String path() {
    return exchange.getRequestURI().getPath();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /**
   * The body.
   *
   * @throws ApiException if it is too long or not said to be JSON
   */
  byte[] body() throws IOException {
    int limit = settings.maxBodyBytes();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    long length = 0;
    InputStream in = exchange.getRequestBody();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      length += n;
      if (length <= limit) {
        body.write(buffer, 0, n);
      } else if (length > (long) READ_IN_VAIN * limit) {
        break;
      }
    }
    threads.requestIsRead();
    if (length > limit) {
      exchange.getResponseHeaders().set("Connection", "close");
      throw ApiException.request(
          413,
          Optional.of("request_too_large"),
          "the body has more than the " + limit + " bytes that are read");
    }
    requireJson();
    return body.toByteArray();
  }

  /** Browsers send this type to other sites only after asking, which this server never grants. */
  private void requireJson() {
    String type = header("Content-Type").orElse("none");
    int end = type.indexOf(';');
    String plain = (end < 0 ? type : type.substring(0, end)).strip();
    if (!plain.equalsIgnoreCase(JSON)) {
      throw ApiException.request(
          415, Optional.empty(), "the Content-Type must be " + JSON + ", not " + plain);
    }
  }

  /** Sends a response as a whole. */
  void send(int status, ObjectNode json) throws IOException {
    threads.requestIsRead();
    byte[] bytes = Json.bytes(json);
    begun = true;
    inTime(
        () -> {
          headers(JSON);
          if (method().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
          } else {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
  }

  /** Sends an error instead of a response. */
  void send(ApiException error) throws IOException {
    error.headers().forEach(exchange.getResponseHeaders()::set);
    send(error.status(), error.body());
  }

  /** Whether something was sent, so that the status is decided. */
  boolean hasBegun() {
    return begun;
  }

  /** Sends a part of a successful response whose length is not known. */
  void write(String contentType, byte[] part) throws IOException {
    inTime(
        () -> {
          if (!begun) {
            begun = true;
            headers(contentType);
            exchange.getResponseHeaders().set("Cache-Control", "no-cache");
            exchange.sendResponseHeaders(200, 0);
          }
          OutputStream out = exchange.getResponseBody();
          out.write(part);
          out.flush();
        });
  }

  /** Ends a response that was sent in parts. */
  void end() throws IOException {
    inTime(exchange::close);
  }

  private void inTime(ConnectionThreads.Io io) throws IOException {
    threads.within(settings.writeTimeout(), io);
  }

  private void headers(String contentType) {
    exchange.getResponseHeaders().set("Content-Type", contentType);
    exchange.getResponseHeaders().set("X-Request-Id", "req_" + UUID.randomUUID());
  }
}
