// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.tensor.Tensor;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.SplittableRandom;

/** One text as it grows. */
final class Continuation {
  private final TokenRequest request;
  private final int maxNewTokens;
  private final SplittableRandom random;
  private final BitSet seen = new BitSet();
  private final TextCache cache;
  private int[] written = new int[16];
  private int count;
  private Optional<FinishReason> finish = Optional.empty();

  /**
   * Begins behind the prompt.
   *
   * @param cache free for this text
   */
  Continuation(TokenRequest request, int maxNewTokens, TextCache cache) {
    this.request = request;
    this.maxNewTokens = maxNewTokens;
    this.cache = cache;
    random = new SplittableRandom(request.options().seed());
    for (int id : request.prompt()) {
      seen.set(id);
    }
    if (maxNewTokens == 0) {
      end(FinishReason.LENGTH);
    }
  }

  int[] prompt() {
    return request.prompt();
  }

  TextCache cache() {
    return cache;
  }

  /** The most tokens there can be, with the prompt. */
  int maxTokens() {
    return request.prompt().length + maxNewTokens;
  }

  int lastToken() {
    return written[count - 1];
  }

  boolean isRunning() {
    return finish.isEmpty();
  }

  /** Chooses a token by its logits; it is only counted in by {@link #accept}. */
  int choose(TokenSampler sampler, Tensor logits) {
    return sampler.next(logits, seen, request.options(), random);
  }

  /** Takes the next token and tells the listener, who may end the text. */
  void accept(int token) {
    if (count == written.length) {
      written = Arrays.copyOf(written, 2 * count);
    }
    written[count++] = token;
    seen.set(token);
    boolean wanted = request.listener().onToken(token);
    if (request.options().stopTokens().contains(token)) {
      end(FinishReason.STOP);
    } else if (count == maxNewTokens) {
      end(FinishReason.LENGTH);
    } else if (!wanted) {
      end(FinishReason.CANCELLED);
    }
  }

  void cancel() {
    end(FinishReason.CANCELLED);
  }

  private void end(FinishReason reason) {
    finish = Optional.of(reason);
    request.listener().onEnd(new GeneratedTokens(Arrays.copyOf(written, count), reason));
  }
}
