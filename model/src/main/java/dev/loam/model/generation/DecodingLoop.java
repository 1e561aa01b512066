// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.KeyValueCache;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Texts join, grow by a token each in every step, and leave. */
final class DecodingLoop implements AutoCloseable {
  private static final int FIRST_CAPACITY = 64;

  private final ComputeLease lease;
  private final Qwen3Config config;
  private final int maxTexts;
  private final TokenSampler sampler;
  private final DecodingPass pass;
  private final List<TextCache> caches = new ArrayList<>();
  private final Deque<TextCache> free = new ArrayDeque<>();

  DecodingLoop(Qwen3Model model, int maxTexts) {
    this.lease = model.lease();
    this.config = model.config();
    this.maxTexts = maxTexts;
    sampler = new TokenSampler(config.vocabSize());
    pass = lease.call(() -> new DecodingPass(model, maxTexts));
  }

  void run(Supplier<Optional<TokenRequest>> requests) {
    List<Continuation> running = new ArrayList<>();
    try {
      begin(requests, running);
      while (!running.isEmpty() && !Thread.currentThread().isInterrupted()) {
        step(running);
        begin(requests, running);
      }
    } finally {
      running.stream().filter(Continuation::isRunning).forEach(Continuation::cancel);
      running.forEach(text -> free.add(text.cache()));
    }
  }

  /** Lets texts join while there is room. */
  private void begin(Supplier<Optional<TokenRequest>> requests, List<Continuation> running) {
    while (running.size() < maxTexts && !Thread.currentThread().isInterrupted()) {
      Optional<TokenRequest> request = requests.get();
      if (request.isEmpty()) {
        return;
      }
      Continuation text = start(request.get());
      running.add(text);
      if (text.isRunning()) {
        text.accept(lease.call(() -> first(text)));
      }
      removeEnded(running);
    }
  }

  private Continuation start(TokenRequest request) {
    int maxNewTokens = TokenGenerator.check(request.prompt(), request.options(), config);
    TextCache cache = free.isEmpty() ? newCache() : free.pop();
    cache.cache().clear();
    return new Continuation(request, maxNewTokens, cache);
  }

  private TextCache newCache() {
    int capacity = Math.min(FIRST_CAPACITY, config.maxPositions());
    TextCache cache = lease.call(() -> new TextCache(lease, config, capacity));
    caches.add(cache);
    return cache;
  }

  private int first(Continuation text) {
    text.cache().reserve(text.prompt().length, text.maxTokens());
    return text.choose(sampler, pass.read(text.prompt(), text.cache().cache()));
  }

  /** Gives each text its next token. */
  private void step(List<Continuation> running) {
    int[] tokens = lease.call(() -> next(running));
    for (int i = 0; i < tokens.length; i++) {
      running.get(i).accept(tokens[i]);
    }
    removeEnded(running);
  }

  private int[] next(List<Continuation> running) {
    int texts = running.size();
    int[] tokens = new int[texts];
    List<KeyValueCache> known = new ArrayList<>();
    for (int i = 0; i < texts; i++) {
      Continuation text = running.get(i);
      text.cache().reserve(text.cache().cache().length() + 1, text.maxTokens());
      tokens[i] = text.lastToken();
      known.add(text.cache().cache());
    }
    Tensor logitsBV = pass.next(tokens, known);
    for (int i = 0; i < texts; i++) {
      tokens[i] = running.get(i).choose(sampler, logitsBV.rows(i, 1));
    }
    return tokens;
  }

  private void removeEnded(List<Continuation> running) {
    running.removeIf(
        text -> {
          if (!text.isRunning()) {
            free.add(text.cache());
          }
          return !text.isRunning();
        });
  }

  @Override
  public void close() {
    caches.forEach(TextCache::close);
    pass.close();
  }
}
