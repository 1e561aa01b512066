// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;

/**
 * What a layer keeps between forward and backward, besides its input, which is the output of the
 * layer before.
 *
 * @param qkvTC queries, keys and values, before norm and rotation; C = (N + 2G) D
 * @param attentionTA the attention output of all heads; A = N D
 * @param lseNT the log-sum-exp of the attention scores, where the engine keeps it
 * @param middleSH the residual stream between attention and feed-forward; S rows of it are here
 * @param gateUpT2F gate and up
 * @param inputFactorS the factors of the RMS norms, one a row
 */
record LayerActivations(
    Tensor qkvTC,
    Tensor attentionTA,
    Tensor lseNT,
    Tensor middleSH,
    Tensor gateUpT2F,
    Tensor inputFactorS,
    Tensor qFactorTN,
    Tensor kFactorTG,
    Tensor middleFactorS) {

  /**
   * Allocates them.
   *
   * @param config with the sizes of this tensor rank
   * @param streamRows rows of the residual stream of so many tokens
   */
  static LayerActivations allocate(
      Arena arena, DType dtype, Qwen3Config config, long tokens, long streamRows) {
    long heads = config.heads();
    long kvHeads = config.keyValueHeads();
    long size = config.headSize();
    return new LayerActivations(
        arena.allocate(dtype, tokens, (heads + 2 * kvHeads) * size),
        arena.allocate(dtype, tokens, heads * size),
        arena.allocate(dtype, heads, tokens),
        arena.allocate(dtype, streamRows, config.hiddenSize()),
        arena.allocate(dtype, tokens, 2L * config.intermediateSize()),
        arena.allocate(dtype, streamRows),
        arena.allocate(dtype, tokens, heads),
        arena.allocate(dtype, tokens, kvHeads),
        arena.allocate(dtype, streamRows));
  }

  long tokens() {
    return qkvTC.size(0);
  }

  /** The part that a micro batch of that many tokens uses. */
  LayerActivations forTokens(long tokens, long streamRows) {
    return new LayerActivations(
        qkvTC.rows(0, tokens),
        attentionTA.rows(0, tokens),
        lseNT.narrow(1, 0, tokens),
        middleSH.rows(0, streamRows),
        gateUpT2F.rows(0, tokens),
        inputFactorS.rows(0, streamRows),
        qFactorTN.rows(0, tokens),
        kFactorTG.rows(0, tokens),
        middleFactorS.rows(0, streamRows));
  }
}
