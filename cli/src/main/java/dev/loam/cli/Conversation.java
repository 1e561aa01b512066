// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.model.generation.FinishReason;
import dev.loam.serve.text.GeneratedText;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextListener;
import dev.loam.serve.text.TextOptions;
import dev.loam.serve.text.TextRequest;
import dev.loam.tokenizer.chat.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Messages to and fro, and what comes next. */
final class Conversation {
  private static final int LONGEST_ANSWER = 1024;

  private final TextModel model;
  private final boolean lengthIsGiven;
  private final Streams streams;
  private final List<ChatMessage> messages = new ArrayList<>();
  private TextOptions options;

  /**
   * Without messages yet.
   *
   * @param lengthIsGiven whether the options say how long an answer may be; else it may be 1024
   *     tokens, or as many as the model has positions left for
   */
  Conversation(TextModel model, TextOptions options, boolean lengthIsGiven, Streams streams) {
    this.model = model;
    this.options = options;
    this.lengthIsGiven = lengthIsGiven;
    this.streams = streams;
  }

  void enableThinking(boolean enable) {
    options = options.withEnableThinking(enable);
  }

  /** Forgets all that was said; instructions too. */
  void reset() {
    messages.clear();
  }

  /** Forgets all that was said and begins with instructions. */
  void begin(String system) {
    reset();
    messages.add(ChatMessage.system(system));
  }

  /**
   * Answers and writes the answer as it comes. Ctrl-C ends it; once more ends the program.
   *
   * @throws UsageException if the conversation is too long now; then the words are not in it
   */
  FinishReason answer(String words) {
    messages.add(ChatMessage.user(words));
    try {
      AtomicBoolean wanted = new AtomicBoolean(true);
      TextRequest request = request(new Show(wanted));
      GeneratedText answer = interruptible(request, wanted);
      streams.out().print("\n");
      streams.out().flush();
      messages.add(ChatMessage.assistant(answer.text()));
      return answer.finishReason();
    } catch (RuntimeException e) {
      messages.remove(messages.size() - 1);
      throw e;
    }
  }

  private GeneratedText interruptible(TextRequest request, AtomicBoolean wanted) {
    Signals signals = Signals.once("INT", () -> wanted.set(false));
    try {
      return model.generator().generateAll(List.of(request)).get(0);
    } finally {
      signals.close();
    }
  }

  private TextRequest request(TextListener listener) {
    TextRequest request =
        model.prepare("the conversation", Prompt.messages(messages), options, listener);
    if (lengthIsGiven) {
      return request;
    }
    int room = model.config().maxPositions() - request.promptTokens();
    TextOptions longest =
        new TextOptions(
            options.tokens().toBuilder().optMaxNewTokens(Math.min(room, LONGEST_ANSWER)).build(),
            options.stopStrings(),
            options.enableThinking());
    return model.prepare("the conversation", Prompt.messages(messages), longest, listener);
  }

  /** Writes pieces as they come, as long as they are wanted. */
  private final class Show implements TextListener {
    private final AtomicBoolean wanted;

    Show(AtomicBoolean wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean onText(String piece) {
      streams.out().print(piece);
      streams.out().flush();
      return !streams.out().checkError();
    }

    @Override
    public boolean onToken() {
      return wanted.get();
    }
  }
}
