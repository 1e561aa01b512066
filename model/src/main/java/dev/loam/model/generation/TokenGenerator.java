// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Continues texts of tokens with a model that is whole on one rank, keeping keys and values of
 * earlier tokens cached. Several texts are continued together: each step reads the weights once for
 * all of them, which on a CPU is most of its time. A text's tokens do not depend on the others but
 * for the rounding of its logits, since a matrix product of several rows may add in another order.
 *
 * <p>Computes on the thread of the model's lease, and waits for it; listeners run on the caller's
 * thread. An interrupt of the caller ends all texts as {@link FinishReason#CANCELLED} after the
 * current step and leaves the interrupt status set. It keeps its memory for the next texts until it
 * is closed, which has to happen before the model is. For one thread at a time.
 */
public final class TokenGenerator implements AutoCloseable {
  private final Qwen3Config config;
  private final DecodingLoop loop;

  /** Continues one text at a time. */
  public TokenGenerator(Qwen3Model model) {
    this(model, 1);
  }

  /**
   * Continues several texts together.
   *
   * @param model stays its owner's
   * @param maxTexts how many at most; each has a cache and a row of logits
   * @throws IllegalStateException if the model is spread over ranks
   */
  public TokenGenerator(Qwen3Model model, int maxTexts) {
    if (maxTexts < 1) {
      throw new IllegalArgumentException("at least 1 text is continued at once, not " + maxTexts);
    }
    config = model.config();
    loop = new DecodingLoop(model, maxTexts);
  }

  /**
   * Says before anything is computed whether a text can be continued. From any thread.
   *
   * @return how many new tokens there will be at most
   * @throws ModelInputException if the prompt is empty, has an id outside the vocabulary, or leaves
   *     too few positions for what the options ask for
   */
  public static int check(int[] prompt, GenerationOptions options, Qwen3Config config) {
    if (prompt.length == 0) {
      throw new ModelInputException("the prompt has no tokens");
    }
    for (int i = 0; i < prompt.length; i++) {
      if (prompt[i] < 0 || prompt[i] >= config.vocabSize()) {
        throw new ModelInputException(
            "prompt token %d = %d is outside the vocabulary of %d"
                .formatted(i, prompt[i], config.vocabSize()));
      }
    }
    int room = config.maxPositions() - prompt.length;
    int byDefault = Math.max(1, Math.min(room, GenerationOptions.DEFAULT_NEW_TOKENS));
    int wanted = options.maxNewTokens().orElse(byDefault);
    if (wanted > room) {
      throw new ModelInputException(
          "%d prompt tokens and %d new ones do not fit the model's %d positions"
              .formatted(prompt.length, wanted, config.maxPositions()));
    }
    return wanted;
  }

  /**
   * Continues one text.
   *
   * @throws ModelInputException if {@link #check} refuses it
   */
  public GeneratedTokens generate(int[] prompt, GenerationOptions options) {
    return generateAll(List.of(new TokenRequest(prompt, options))).get(0);
  }

  /**
   * Continues texts, as many at once as this generator takes. Whenever one ends the next begins.
   *
   * @return what was written of each, in the order of the requests; of those that an interrupt kept
   *     from beginning, nothing
   * @throws ModelInputException if {@link #check} refuses one; then none has begun
   */
  public List<GeneratedTokens> generateAll(List<TokenRequest> requests) {
    requests.forEach(r -> check(r.prompt(), r.options(), config));
    List<Collected> texts = requests.stream().map(Collected::new).toList();
    Iterator<Collected> next = texts.iterator();
    run(() -> next.hasNext() ? Optional.of(next.next().request()) : Optional.empty());
    return texts.stream().map(text -> text.result).toList();
  }

  /**
   * Continues texts as long as there are any. The supplier is asked before each step in which there
   * is room for one more text, so that a text joins the others as soon as it comes in; this returns
   * once all texts have ended and the supplier has no other. What was written goes to the
   * listeners.
   *
   * @param requests does not wait
   * @throws ModelInputException if {@link #check} refuses one, which whoever supplies it should
   *     have made sure of: all other texts end as cancelled
   */
  public void run(Supplier<Optional<TokenRequest>> requests) {
    loop.run(requests);
  }

  @Override
  public void close() {
    loop.close();
  }

  /** Remembers the result of a request. */
  private static final class Collected implements TokenListener {
    private final TokenRequest original;
    private GeneratedTokens result = new GeneratedTokens(new int[0], FinishReason.CANCELLED);

    Collected(TokenRequest original) {
      this.original = original;
    }

    TokenRequest request() {
      return new TokenRequest(original.prompt(), original.options(), this);
    }

    @Override
    public boolean onToken(int token) {
      return original.listener().onToken(token);
    }

    @Override
    public void onEnd(GeneratedTokens tokens) {
      result = tokens;
      original.listener().onEnd(tokens);
    }
  }
}
