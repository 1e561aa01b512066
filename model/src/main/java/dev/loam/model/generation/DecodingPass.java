// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.generation;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.KeyValueCache;
import dev.loam.tensor.part.ModelPart;
import java.util.List;

/**
 * The forward pass that gives the logits of next tokens, and its memory, which grows to the longest
 * prompt. All on the thread of the model's lease.
 */
final class DecodingPass implements AutoCloseable {
  private final Qwen3Model model;
  private final int maxTexts;
  private Buffers buffers;

  /** For so many texts at once. */
  DecodingPass(Qwen3Model model, int maxTexts) {
    this.model = model;
    this.maxTexts = maxTexts;
    this.buffers = Buffers.allocate(model, maxTexts, maxTexts);
  }

  /** Memory for a number of tokens in one pass. */
  private record Buffers(
      Arena arena,
      Activations activations,
      Tensor idsT,
      Tensor positionsT,
      Tensor hiddenTH,
      Tensor logitsBV) {
    static Buffers allocate(Qwen3Model model, int tokens, int texts) {
      ComputeLease lease = model.lease();
      Qwen3Config config = model.config();
      Arena arena = lease.newArena(Device.cpu());
      try {
        return new Buffers(
            arena,
            model.part().newInferenceActivations(arena, tokens),
            arena.allocate(DType.I64, tokens),
            arena.allocate(DType.I64, tokens),
            arena.allocate(lease.computeType(), tokens, config.hiddenSize()),
            arena.allocate(lease.computeType(), texts, config.vocabSize()));
      } catch (RuntimeException | Error e) {
        arena.close();
        throw e;
      }
    }
  }

  /** The logits [1, V] of what follows a prompt, whose keys and values go to an empty cache. */
  Tensor read(int[] prompt, KeyValueCache cache) {
    if (prompt.length > buffers.activations().maxTokens()) {
      buffers.arena().close();
      buffers = Buffers.allocate(model, prompt.length, maxTexts);
    }
    return logits(prompt, CuSeqlens.rows(1, prompt.length), List.of(cache));
  }

  /**
   * The logits [B, V] of what follows B texts, in one pass over the weights.
   *
   * @param tokens the last token of each
   * @param caches all tokens before
   */
  Tensor next(int[] tokens, List<KeyValueCache> caches) {
    return logits(tokens, CuSeqlens.rows(tokens.length, 1), caches);
  }

  private Tensor logits(int[] tokens, CuSeqlens texts, List<KeyValueCache> caches) {
    ModelPart part = model.part();
    int count = tokens.length;
    long[] ids = new long[count];
    long[] positions = new long[count];
    for (int text = 0; text < texts.documents(); text++) {
      for (int t = 0; t < texts.length(text); t++) {
        int row = texts.start(text) + t;
        ids[row] = tokens[row];
        positions[row] = (long) caches.get(text).length() + t;
      }
    }
    Tensor idsT = buffers.idsT().rows(0, count).set(ids);
    Tensor positionsT = buffers.positionsT().rows(0, count).set(positions);
    Tensor hiddenTH = buffers.hiddenTH().rows(0, count);
    part.forward(idsT, buffers.activations(), Context.cached(positionsT, texts, caches), hiddenTH);
    for (int text = 0; text < texts.documents(); text++) {
      caches.get(text).advance(texts.length(text));
    }
    int rows = texts.documents();
    Tensor logitsBV = buffers.logitsBV().rows(0, rows);
    // A single text has one row of logits, several have one token each.
    part.head().orElseThrow().logits(hiddenTH.rows(count - rows, rows), logitsBV);
    return logitsBV;
  }

  @Override
  public void close() {
    buffers.arena().close();
  }
}
