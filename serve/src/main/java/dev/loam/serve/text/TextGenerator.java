// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve.text;

import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.generation.TokenGenerator;
import dev.loam.model.generation.TokenRequest;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatTemplate;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Continues texts and answers messages: a model with its tokenizer and, for messages, its chat
 * template. Pieces of text come out as soon as they are certain, never half a character. Several
 * texts are written together, as {@link TokenGenerator} does.
 *
 * <p>For one thread at a time, but for {@link #prepare}, which any thread may call meanwhile.
 * Closing frees what generating needed; model and tokenizer stay their owner's.
 */
public final class TextGenerator implements AutoCloseable {
  private final Qwen3Config config;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final TokenGenerator tokens;

  /**
   * A generator.
   *
   * @param model whole on one rank
   * @param template needed for messages only
   * @param maxTexts how many texts are written together at most
   */
  public TextGenerator(
      Qwen3Model model, Tokenizer tokenizer, Optional<ChatTemplate> template, int maxTexts) {
    this.config = model.config();
    this.tokenizer = tokenizer;
    this.template = template;
    this.tokens = new TokenGenerator(model, maxTexts);
  }

  /**
   * Encodes a prompt and checks that it can be continued.
   *
   * @param listener follows the text
   * @throws ModelInputException if the prompt is empty, too long for the model with the new tokens
   *     that are asked for, or needs a chat template and there is none
   * @throws IllegalArgumentException if there are no messages
   * @throws dev.loam.tokenizer.chat.TemplateException if the template refuses the messages
   */
  public TextRequest prepare(Prompt prompt, TextOptions options, TextListener listener) {
    int[] ids = encode(prompt, options);
    int unused = TokenGenerator.check(ids, options.tokens(), config);
    return new TextRequest(ids, options, listener);
  }

  /** The ids of a prompt, with which the model is asked. */
  private int[] encode(Prompt prompt, TextOptions options) {
    if (prompt instanceof Prompt.Ids ids) {
      return ids.ids().clone();
    } else if (prompt instanceof Prompt.Text text) {
      return tokenizer.encode(text.text(), text.addedTokens());
    }
    Chat.Builder chat =
        Chat.builder()
            .setMessages(((Prompt.Messages) prompt).messages())
            .optAddGenerationPrompt(true);
    options.enableThinking().ifPresent(chat::optEnableThinking);
    return template
        .orElseThrow(
            () ->
                new ModelInputException(
                    "the model's tokenizer has no chat template, which messages need; ask with a"
                        + " plain prompt"))
        .render(chat.build())
        .encode(tokenizer, false);
  }

  /** Continues one text and follows it; exceptions are those of {@link #prepare}. */
  public GeneratedText generate(Prompt prompt, TextOptions options, TextListener listener) {
    return generateAll(List.of(prepare(prompt, options, listener))).get(0);
  }

  /** Continues one text; exceptions are those of {@link #prepare}. */
  public GeneratedText generate(Prompt prompt, TextOptions options) {
    return generate(prompt, options, piece -> true);
  }

  /**
   * Continues texts, in the order of the requests and as many at once as this generator takes. An
   * interrupt ends them all as {@link dev.loam.model.generation.FinishReason#CANCELLED}.
   *
   * @return what was written of each, in the same order
   */
  public List<GeneratedText> generateAll(List<TextRequest> requests) {
    List<Collected> texts = requests.stream().map(Collected::new).toList();
    Iterator<Collected> next = texts.iterator();
    run(() -> next.hasNext() ? Optional.of(next.next().request()) : Optional.empty());
    return texts.stream().map(Collected::result).toList();
  }

  /**
   * Continues texts as long as there are any. The supplier is asked before each step in which there
   * is room for one more text, so that a text joins the others as soon as it comes in; this returns
   * once all have ended and the supplier has no other. What was written goes to the listeners.
   *
   * @param requests does not wait
   */
  public void run(Supplier<Optional<TextRequest>> requests) {
    tokens.run(() -> requests.get().map(this::tokenRequest));
  }

  private TokenRequest tokenRequest(TextRequest request) {
    return new TokenRequest(
        request.promptIds(),
        request.options().tokens(),
        new TextStream(request, tokenizer.streamingDecoder(true)));
  }

  @Override
  public void close() {
    tokens.close();
  }
}
