// SPDX-License-Identifier: Apache-2.0
package dev.loam.serve;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.generation.GenerationOptions;
import dev.loam.serve.text.GeneratedText;
import dev.loam.serve.text.Prompt;
import dev.loam.serve.text.TextGenerator;
import dev.loam.serve.text.TextListener;
import dev.loam.serve.text.TextOptions;
import dev.loam.tokenizer.AddedTokens;
import dev.loam.tokenizer.Tokenizer;
import dev.loam.tokenizer.chat.Chat;
import dev.loam.tokenizer.chat.ChatTemplate;
import dev.loam.tokenizer.chat.TemplateException;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A Qwen3 model, which computes on the thread of its lease. In messages added tokens such as {@code
 * <|im_end|>} are plain text, so that nobody can end a message from inside; in the prompts of
 * completions they are what they are. Closing it frees what generating needed; model and tokenizer
 * stay their owner's.
 */
public final class ModelBackend implements ChatBackend, AutoCloseable {
  private final Qwen3Config config;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final GenerationOptions defaults;
  private final TextGenerator generator;

  /**
   * A backend.
   *
   * @param model whole on one rank
   * @param template without one there are only completions
   * @param defaults what counts where a request does not say it, but for the seed, which then is
   *     another each time; its stop tokens always count
   */
  public ModelBackend(
      Qwen3Model model,
      Tokenizer tokenizer,
      Optional<ChatTemplate> template,
      GenerationOptions defaults) {
    this.config = model.config();
    this.tokenizer = tokenizer;
    this.template = template;
    this.defaults = defaults;
    this.generator = new TextGenerator(model, tokenizer, template, 1);
  }

  @Override
  public int contextLength() {
    return config.maxPositions();
  }

  @Override
  public int vocabSize() {
    return config.vocabSize();
  }

  @Override
  public int[] encode(Chat chat) {
    try {
      return template
          .orElseThrow(
              () ->
                  new PromptException(
                      "the model's tokenizer has no chat template; use /v1/completions"))
          .render(chat)
          .encode(tokenizer, false);
    } catch (TemplateException e) {
      throw new PromptException("the chat template refuses this: " + e.getMessage(), e);
    }
  }

  @Override
  public int[] encode(String prompt) {
    return tokenizer.encode(prompt, AddedTokens.all());
  }

  @Override
  public Generation generate(GenerationRequest request, TextSink sink) {
    TextOptions options =
        TextOptions.of(options(request.sampling(), request.maxNewTokens()))
            .withStopStrings(request.stop());
    GeneratedText text = generator.generate(Prompt.ids(request.prompt()), options, listener(sink));
    return new Generation(text.finishReason(), text.outputIds().length);
  }

  private GenerationOptions options(Sampling sampling, int maxNewTokens) {
    GenerationOptions.Builder options = defaults.toBuilder().optMaxNewTokens(maxNewTokens);
    sampling.temperature().ifPresent(options::optTemperature);
    sampling.topP().ifPresent(options::optTopP);
    sampling.topK().ifPresent(options::optTopK);
    sampling.minP().ifPresent(options::optMinP);
    sampling.repetitionPenalty().ifPresent(options::optRepetitionPenalty);
    return options
        .optSeed(sampling.seed().orElseGet(() -> new SplittableRandom().nextLong()))
        .build();
  }

  private static TextListener listener(TextSink sink) {
    return new TextListener() {
      @Override
      public boolean onText(String piece) {
        sink.text(piece);
        return onToken();
      }

      @Override
      public boolean onToken() {
        return !sink.isCancelled();
      }
    };
  }

  @Override
  public void close() {
    generator.close();
  }
}
