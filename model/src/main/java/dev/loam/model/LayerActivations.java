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
 * @param lseNT the log-sum-exp of the attention scores
 * @param middleTH the residual stream between attention and feed-forward
 * @param gateUpT2F gate and up
 * @param inputFactorT the factors of the RMS norms, one a row
 */
record LayerActivations(
    Tensor qkvTC,
    Tensor attentionTA,
    Tensor lseNT,
    Tensor middleTH,
    Tensor gateUpT2F,
    Tensor inputFactorT,
    Tensor qFactorTN,
    Tensor kFactorTG,
    Tensor middleFactorT) {

  static LayerActivations allocate(Arena arena, DType dtype, Qwen3Config config, long tokens) {
    long heads = config.heads();
    long kvHeads = config.keyValueHeads();
    long size = config.headSize();
    return new LayerActivations(
        arena.allocate(dtype, tokens, (heads + 2 * kvHeads) * size),
        arena.allocate(dtype, tokens, heads * size),
        arena.allocate(dtype, heads, tokens),
        arena.allocate(dtype, tokens, config.hiddenSize()),
        arena.allocate(dtype, tokens, 2L * config.intermediateSize()),
        arena.allocate(dtype, tokens),
        arena.allocate(dtype, tokens, heads),
        arena.allocate(dtype, tokens, kvHeads),
        arena.allocate(dtype, tokens));
  }

  /** The part that a micro batch of that many tokens uses. */
  LayerActivations forTokens(long tokens) {
    return new LayerActivations(
        qkvTC.rows(0, tokens),
        attentionTA.rows(0, tokens),
        lseNT.narrow(1, 0, tokens),
        middleTH.rows(0, tokens),
        gateUpT2F.rows(0, tokens),
        inputFactorT.rows(0, tokens),
        qFactorTN.rows(0, tokens),
        kFactorTG.rows(0, tokens),
        middleFactorT.rows(0, tokens));
  }
}
