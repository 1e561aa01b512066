// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.generation.FinishReason;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A model whose tokens are words, and which writes what a test wants it to. */
final class FakeBackend implements ChatBackend {
  static final int CONTEXT = 100;
  static final int VOCABULARY = 1000;

  /** What it does to generate. */
  interface Script {
    Generation write(GenerationRequest request, TextSink sink) throws InterruptedException;
  }

  private final Script script;
  final BlockingQueue<Chat> chats = new LinkedBlockingQueue<>();
  final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();
  final List<Generation> generations = new CopyOnWriteArrayList<>();

  FakeBackend(Script script) {
    this.script = script;
  }

  /** Writes {@code w0 w1 w2 ...}, five words unless fewer are wanted. */
  static FakeBackend words() {
    return new FakeBackend(
        (request, sink) -> {
          int words = Math.min(5, request.maxNewTokens());
          for (int i = 0; i < words; i++) {
            sink.text("w" + i + " ");
          }
          return new Generation(words < 5 ? FinishReason.LENGTH : FinishReason.STOP, words);
        });
  }

  /** Writes until nobody listens. */
  static FakeBackend endless() {
    return new FakeBackend(
        (request, sink) -> {
          int words = 0;
          while (!sink.isCancelled()) {
            sink.text("on and on, word by word: " + words++ + "; ");
            Thread.sleep(1);
          }
          return new Generation(FinishReason.CANCELLED, words);
        });
  }

  @Override
  public int contextLength() {
    return CONTEXT;
  }

  @Override
  public int vocabSize() {
    return VOCABULARY;
  }

  @Override
  public int[] encode(Chat chat) {
    chats.add(chat);
    StringBuilder text = new StringBuilder();
    for (ChatMessage message : chat.messages()) {
      if (message.content().orElse("").contains("forbidden")) {
        throw new PromptException("the template forbids that");
      }
      text.append(message.role()).append(' ').append(message.content().orElse("")).append(' ');
    }
    return encode(text.toString());
  }

  @Override
  public int[] encode(String prompt) {
    String text = prompt.strip().toLowerCase(Locale.ROOT);
    return text.isEmpty()
        ? new int[0]
        : text.lines()
            .flatMap(line -> List.of(line.split(" ", -1)).stream())
            .mapToInt(word -> Math.floorMod(word.hashCode(), VOCABULARY))
            .toArray();
  }

  @Override
  public Generation generate(GenerationRequest request, TextSink sink) {
    requests.add(request);
    try {
      Generation generation = script.write(request, sink);
      generations.add(generation);
      return generation;
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }
}
