// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.KeyValueCache;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.ModelPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** Continues a text with the most probable token at each place, keeping keys and values cached. */
public final class GreedyGenerator {
  private final Qwen3Model model;

  /** For a model, which stays its owner's. */
  public GreedyGenerator(Qwen3Model model) {
    this.model = model;
  }

  /**
   * Generates tokens.
   *
   * @param prompt at least one id
   * @param maxNewTokens how many at most
   * @param stopTokens generation ends after one of these, which is part of the result
   * @return the new ids, without the prompt
   * @throws ModelInputException if an id is outside the vocabulary or the text would be too long
   */
  public int[] generate(int[] prompt, int maxNewTokens, Set<Integer> stopTokens) {
    check(prompt, maxNewTokens);
    ComputeLease lease = model.lease();
    return lease.call(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            return new Run(arena, prompt.length, maxNewTokens)
                .continueText(prompt, maxNewTokens, stopTokens);
          }
        });
  }

  private void check(int[] prompt, int maxNewTokens) {
    Qwen3Config config = model.config();
    if (prompt.length == 0) {
      throw new ModelInputException("the prompt has no tokens");
    }
    for (int i = 0; i < prompt.length; i++) {
      if (prompt[i] < 0 || prompt[i] >= config.vocabSize()) {
        throw new ModelInputException(
            "prompt token "
                + i
                + " = "
                + prompt[i]
                + " is outside the vocabulary of "
                + config.vocabSize());
      }
    }
    long total = (long) prompt.length + maxNewTokens;
    if (maxNewTokens < 0 || total > config.maxPositions()) {
      throw new ModelInputException(
          prompt.length
              + " prompt tokens and "
              + maxNewTokens
              + " new ones do not fit the model's "
              + config.maxPositions()
              + " positions");
    }
  }

  /** One text, its cache and buffers. */
  private final class Run {
    private final ModelPart part = model.part();
    private final LossHead head = part.head().orElseThrow();
    private final KeyValueCache cache;
    private final Activations activations;
    private final Tensor ids;
    private final Tensor positions;
    private final Tensor hidden;
    private final Tensor logits;

    Run(Arena arena, int promptTokens, int newTokens) {
      Qwen3Config config = model.config();
      DType dtype = model.lease().computeType();
      cache =
          new KeyValueCache(
              arena,
              dtype,
              config.layers(),
              promptTokens + newTokens,
              config.keyValueHeads(),
              config.headSize());
      activations = part.newInferenceActivations(arena, promptTokens);
      ids = arena.allocate(DType.I64, promptTokens);
      positions = arena.allocate(DType.I64, promptTokens);
      hidden = arena.allocate(dtype, promptTokens, config.hiddenSize());
      logits = arena.allocate(dtype, 1, config.vocabSize());
    }

    int[] continueText(int[] prompt, int maxNewTokens, Set<Integer> stopTokens) {
      List<Integer> generated = new ArrayList<>();
      int[] next = prompt;
      while (generated.size() < maxNewTokens) {
        int token = mostProbableAfter(next);
        generated.add(token);
        if (stopTokens.contains(token)) {
          break;
        }
        next = new int[] {token};
      }
      return generated.stream().mapToInt(Integer::intValue).toArray();
    }

    private int mostProbableAfter(int[] tokens) {
      int count = tokens.length;
      int past = cache.length();
      Tensor in = ids.rows(0, count).set(IntStream.of(tokens).asLongStream().toArray());
      Tensor at =
          positions
              .rows(0, count)
              .set(IntStream.range(past, past + count).asLongStream().toArray());
      Tensor out = hidden.rows(0, count);
      part.forward(in, activations, Context.cached(at, CuSeqlens.rows(1, count), cache), out);
      cache.advance(count);
      head.logits(out.rows(count - 1, 1), logits);
      return indexOfLargest(logits.toFloats());
    }
  }

  private static int indexOfLargest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
