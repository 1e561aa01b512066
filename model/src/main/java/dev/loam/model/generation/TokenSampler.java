// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/** Chooses the next token by the options of its text. Serves one text after the other. */
final class TokenSampler {
  private final Candidates candidates;

  TokenSampler(int vocabulary) {
    candidates = new Candidates(vocabulary);
  }

  /**
   * Chooses a token.
   *
   * @param logits of all tokens
   * @param seen the tokens of the text so far
   */
  int next(Tensor logits, BitSet seen, GenerationOptions options, RandomGenerator random) {
    read(logits);
    candidates.begin();
    apply(candidates, seen, options);
    return options.isGreedy() ? candidates.mostProbable() : candidates.draw(random);
  }

  /** Leaves those candidates that the options allow. */
  static void apply(Candidates candidates, BitSet seen, GenerationOptions options) {
    if (options.repetitionPenalty() != 1) {
      candidates.penalize(seen, options.repetitionPenalty());
    }
    if (options.isGreedy()) {
      return;
    }
    candidates.requireProbabilities();
    candidates.temper(options.temperature());
    if (options.topK() > 0) {
      candidates.keepTop(options.topK());
    }
    if (options.topP() < 1) {
      candidates.keepProbability(options.topP(), 1);
    }
    if (options.minP() > 0) {
      candidates.keepRelative(options.minP());
    }
  }

  private void read(Tensor logits) {
    float[] into = candidates.logits();
    if (logits.dtype() == DType.F32) {
      logits.window(0, into.length).order(ByteOrder.nativeOrder()).asFloatBuffer().get(into);
    } else {
      System.arraycopy(logits.toFloats(), 0, into, 0, into.length);
    }
  }
}
