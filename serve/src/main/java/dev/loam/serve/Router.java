// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds who answers a request, after checking whether it is to be answered at all. */
final class Router implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);
  private static final String BEARER = "Bearer ";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  /** Answers the requests of one path. */
  interface Endpoint {
    void answer(HttpCall call) throws IOException;
  }

  private final Settings settings;
  private final ConnectionThreads threads;
  private final boolean loopback;
  private final Map<String, Endpoint> gets;
  private final Map<String, Endpoint> posts;
  private final Models models;

  Router(
      Settings settings,
      ConnectionThreads threads,
      GenerationQueue queue,
      ChatBackend backend,
      boolean loopback) {
    this.settings = settings;
    this.threads = threads;
    this.loopback = loopback;
    this.models = new Models(settings.modelName());
    this.gets = Map.of("/health", new Health(queue), "/v1/models", models::list);
    this.posts =
        Map.of(
            "/v1/chat/completions",
            new GenerateEndpoint(
                settings,
                queue,
                new ChatRequests(backend, settings),
                () -> new ChatFormat(settings.modelName())),
            "/v1/completions",
            new GenerateEndpoint(
                settings,
                queue,
                new CompletionRequests(backend, settings),
                () -> new CompletionFormat(settings.modelName())));
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    HttpCall call = new HttpCall(exchange, threads, settings);
    try {
      checkHost(call);
      if (!call.path().equals("/health")) {
        checkKey(call);
      }
      endpoint(call.method(), call.path()).answer(call);
    } catch (ApiException e) {
      call.send(e);
    } catch (IOException e) {
      LOG.debug("{} {}: the client is gone", call.method(), call.path(), e);
      throw e;
    } catch (RuntimeException e) {
      LOG.error("{} {} failed", call.method(), call.path(), e);
      if (call.hasBegun()) {
        throw e;
      }
      call.send(ApiException.internal());
    }
  }

  private Endpoint endpoint(String method, String path) {
    Optional<Endpoint> get =
        Optional.ofNullable(gets.get(path))
            .or(() -> models.of(path).map(name -> call -> models.one(call, name)));
    Optional<Endpoint> post = Optional.ofNullable(posts.get(path));
    if (get.isEmpty() && post.isEmpty()) {
      throw ApiException.request(
          404, Optional.empty(), "there is no " + path + "; see /v1/chat/completions");
    }
    String allowed = get.isPresent() ? "GET" : "POST";
    if (!method.equals(allowed)) {
      throw ApiException.wrongMethod(method, path, allowed);
    }
    return get.or(() -> post).orElseThrow();
  }

  private void checkKey(HttpCall call) {
    if (settings.apiKey().isEmpty()) {
      return;
    }
    String sent = call.header("Authorization").orElse("");
    String key = sent.startsWith(BEARER) ? sent.substring(BEARER.length()) : "";
    // In a time that does not say how much of a key is right.
    if (!MessageDigest.isEqual(key.getBytes(UTF_8), settings.apiKey().get().getBytes(UTF_8))) {
      throw ApiException.unauthorized();
    }
  }

  /**
   * A page in a browser can let its own name point to this machine; what it sends then names that
   * host.
   */
  private void checkHost(HttpCall call) {
    String host = call.header("Host").orElse("localhost");
    int port = host.lastIndexOf(':');
    String name = port > host.lastIndexOf(']') ? host.substring(0, port) : host;
    if (loopback && !LOOPBACK.contains(name.toLowerCase(java.util.Locale.ROOT))) {
      throw ApiException.request(
          403, Optional.of("wrong_host"), "this server answers to localhost only, not to " + host);
    }
  }
}
