// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.KeyValueCache;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * The attention branch: {@code y = x + Wo · attention(rotary(norm(Wq n)), rotary(norm(Wk n)), Wv
 * n)} with {@code n = norm(x)}. Queries, keys and values come out of one matrix product; norms and
 * rotation of queries and keys are computed again in the backward.
 */
final class Attention {
  private final Kernels k;
  private final TensorParallel ranks;
  private final Qwen3Config config;
  private final int layer;
  private final double scale;
  private final RotaryTable rotary;
  private final NormedLinear qkv;
  private final Weight qNorm;
  private final Weight kNorm;
  private final Linear output;

  /**
   * Allocates the weights.
   *
   * @param config with the heads of this tensor rank
   * @param layer the layer's place in a key/value cache
   */
  Attention(
      Kernels kernels,
      TensorParallel ranks,
      Qwen3Config config,
      int layer,
      String prefix,
      RotaryTable rotary,
      Weights weights) {
    this.k = kernels;
    this.ranks = ranks;
    this.config = config;
    this.layer = layer;
    this.scale = 1 / Math.sqrt(config.headSize());
    this.rotary = rotary;
    int qSize = config.heads() * config.headSize();
    int kvSize = config.keyValueHeads() * config.headSize();
    qkv =
        new NormedLinear(
            kernels,
            ranks,
            config.rmsNormEps(),
            weights.norm(prefix + "input_layernorm", config.hiddenSize(), ranks.streamNorm()),
            weights.columnParallel(
                config.hiddenSize(),
                new Weights.Rows(prefix + "self_attn.q_proj", qSize),
                new Weights.Rows(prefix + "self_attn.k_proj", kvSize),
                new Weights.Rows(prefix + "self_attn.v_proj", kvSize)));
    qNorm = weights.norm(prefix + "self_attn.q_norm", config.headSize(), ranks.headNorm());
    kNorm = weights.norm(prefix + "self_attn.k_norm", config.headSize(), ranks.headNorm());
    output = weights.rowParallel(config.hiddenSize(), qSize, prefix + "self_attn.o_proj");
  }

  List<Weight> weights() {
    List<Weight> weights = qkv.weights();
    weights.add(qNorm);
    weights.add(kNorm);
    weights.addAll(output.weights());
    return weights;
  }

  boolean isTrained() {
    return output.isTrained() || isTrainedBeforeHeads();
  }

  private boolean isTrainedBeforeHeads() {
    return qkv.isTrained() || qNorm.trainable() || kNorm.trainable();
  }

  void forward(
      Workspace workspace, Tensor xSH, LayerActivations kept, Context context, Tensor ySH) {
    qkv.forward(workspace, context, xSH, kept.inputFactorS(), kept.qkvTC());
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor qTND = frame.take(kept.tokens(), config.heads(), config.headSize());
      Tensor kTGD = frame.take(kept.tokens(), config.keyValueHeads(), config.headSize());
      rotatedQueriesAndKeys(workspace, kept, context, qTND, kTGD);
      attend(workspace, qTND, kTGD, kept, context);
    }
    ranks.linearResidual(workspace, context, kept.attentionTA(), output, xSH, ySH);
  }

  /**
   * Adds the branch's part to the gradient of x, which holds that of y already.
   *
   * @param toInput whether the gradient of x is needed; otherwise it is unspecified
   */
  void backward(
      Workspace workspace,
      Tensor xSH,
      LayerActivations kept,
      Context context,
      Tensor dxSH,
      Gradients gradients,
      boolean toInput) {
    if (!toInput && !isTrainedBeforeHeads()) {
      outputBackward(workspace, kept, context, dxSH, gradients);
      return;
    }
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dQkvTC = frame.take(kept.qkvTC().shape().toArray());
      headsBackward(workspace, kept, context, dxSH, dQkvTC, gradients);
      qkv.backward(workspace, context, dQkvTC, xSH, kept.inputFactorS(), dxSH, gradients, toInput);
    }
  }

  private void outputBackward(
      Workspace workspace,
      LayerActivations kept,
      Context context,
      Tensor dySH,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dyTH = ranks.gathered(frame, dySH, output.name());
      output.backward(workspace, context, dyTH, kept.attentionTA(), gradients);
    }
  }

  /** From the gradient of y to those of queries, keys and values before norm and rotation. */
  private void headsBackward(
      Workspace workspace,
      LayerActivations kept,
      Context context,
      Tensor dySH,
      Tensor dQkvTC,
      Gradients gradients) {
    long[] qShape = {kept.tokens(), config.heads(), config.headSize()};
    long[] kShape = {kept.tokens(), config.keyValueHeads(), config.headSize()};
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor dyTH = ranks.gathered(frame, dySH, output.name());
      Tensor dAttentionTA = frame.take(kept.attentionTA().shape().toArray());
      Tensor dAttentionTND = dAttentionTA.view(qShape);
      output.backward(workspace, context, dyTH, kept.attentionTA(), dAttentionTA, gradients);
      Tensor qTND = frame.take(qShape);
      Tensor kTGD = frame.take(kShape);
      rotatedQueriesAndKeys(workspace, kept, context, qTND, kTGD);
      Tensor dqTND = frame.take(qShape);
      Tensor dkTGD = frame.take(kShape);
      k.attentionGradient(
          dAttentionTND,
          qTND,
          kTGD,
          values(kept.qkvTC()),
          kept.attentionTA().view(qShape),
          kept.lseNT(),
          context.cuSeqlens(),
          scale,
          dqTND,
          dkTGD,
          values(dQkvTC),
          workspace);
      // The rotated queries and keys are done with; their memory takes the gradients before
      // rotation.
      rotary.backward(k, workspace, dqTND, context, qTND);
      NormedLinear.normBackward(
          k,
          workspace,
          qTND,
          queries(kept.qkvTC()),
          qNorm,
          kept.qFactorTN(),
          queries(dQkvTC),
          false,
          gradients);
      rotary.backward(k, workspace, dkTGD, context, kTGD);
      NormedLinear.normBackward(
          k,
          workspace,
          kTGD,
          keys(kept.qkvTC()),
          kNorm,
          kept.kFactorTG(),
          keys(dQkvTC),
          false,
          gradients);
    }
  }

  private void rotatedQueriesAndKeys(
      Workspace workspace, LayerActivations kept, Context context, Tensor qTND, Tensor kTGD) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedQ = frame.take(qTND.shape().toArray());
      k.rmsNorm(
          queries(kept.qkvTC()), qNorm.value(), config.rmsNormEps(), normedQ, kept.qFactorTN());
      rotary.forward(k, workspace, normedQ, context, qTND);
      Tensor normedK = frame.take(kTGD.shape().toArray());
      k.rmsNorm(keys(kept.qkvTC()), kNorm.value(), config.rmsNormEps(), normedK, kept.kFactorTG());
      rotary.forward(k, workspace, normedK, context, kTGD);
    }
  }

  private void attend(
      Workspace workspace, Tensor qTND, Tensor kTGD, LayerActivations kept, Context context) {
    Tensor vTGD = values(kept.qkvTC());
    Tensor outTND = kept.attentionTA().view(qTND.shape().toArray());
    List<KeyValueCache> caches = context.caches();
    for (int text = 0; text < caches.size(); text++) {
      KeyValueCache cache = caches.get(text);
      int start = context.cuSeqlens().start(text);
      int tokens = context.cuSeqlens().length(text);
      k.copy(kTGD.rows(start, tokens), cache.keys(layer, cache.length(), tokens));
      k.copy(vTGD.rows(start, tokens), cache.values(layer, cache.length(), tokens));
    }
    if (caches.stream().allMatch(cache -> cache.length() == 0)) {
      k.attention(qTND, kTGD, vTGD, context.cuSeqlens(), scale, outTND, kept.lseNT(), workspace);
      return;
    }
    for (int text = 0; text < caches.size(); text++) {
      attendToCache(qTND, caches.get(text), context.cuSeqlens(), text, outTND);
    }
  }

  private void attendToCache(
      Tensor qTND, KeyValueCache cache, CuSeqlens texts, int text, Tensor outTND) {
    if (texts.length(text) != 1) {
      throw new IllegalArgumentException(
          "after the first pass a cache takes one token at a time, not " + texts.length(text));
    }
    int known = cache.length() + 1;
    int row = texts.start(text);
    k.attentionToCache(
        qTND.rows(row, 1).view(config.heads(), config.headSize()),
        cache.keys(layer, 0, known),
        cache.values(layer, 0, known),
        scale,
        outTND.rows(row, 1).view(config.heads(), config.headSize()));
  }

  private Tensor queries(Tensor qkvTC) {
    return heads(qkvTC, 0, config.heads());
  }

  private Tensor keys(Tensor qkvTC) {
    return heads(qkvTC, config.heads(), config.keyValueHeads());
  }

  private Tensor values(Tensor qkvTC) {
    return heads(qkvTC, config.heads() + config.keyValueHeads(), config.keyValueHeads());
  }

  private Tensor heads(Tensor qkvTC, int first, int count) {
    long size = config.headSize();
    return qkvTC.narrow(1, first * size, count * size).view(qkvTC.size(0), count, size);
  }

  /** Scratch of adapters on top of that, in elements. */
  long adapterScratch(long tokens) {
    return Math.max(qkv.linear().adapterScratch(tokens), output.adapterScratch(tokens));
  }

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(Kernels k, Qwen3Config config, long tokens) {
    long hiddenElements = tokens * config.hiddenSize();
    long hidden = Workspace.padded(hiddenElements);
    long qElements = tokens * config.heads() * config.headSize();
    long q = Workspace.padded(qElements);
    long kv = Workspace.padded(tokens * config.keyValueHeads() * config.headSize());
    long rebuilding = q + kv + k.rotaryScratch(tokens, config.headSize());
    long attention =
        k.attentionScratch(tokens, config.heads(), config.keyValueHeads(), config.headSize());
    long heads =
        hidden
            + 3 * q
            + 2 * kv
            + Math.max(Math.max(rebuilding, attention), k.rmsNormScratch(qElements));
    long projection = hidden + k.rmsNormScratch(hiddenElements);
    return q + 2 * kv + Math.max(heads, projection);
  }
}
