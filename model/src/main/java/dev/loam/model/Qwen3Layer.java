// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.KeyValueCache;
import dev.loam.tensor.part.Weight;
import java.util.List;

/**
 * One decoder layer of Qwen3: attention with grouped heads, normed queries and keys and rotary
 * positions, then a SwiGLU network, each on a pre-normed residual branch.
 *
 * <pre>
 *   middle = x + Wo · attention(rotary(norm(Wq n)), rotary(norm(Wk n)), Wv n)    n = norm(x)
 *   y      = middle + Wdown · swiglu(Wgate m, Wup m)                             m = norm(middle)
 * </pre>
 *
 * Of the forward pass only what {@link LayerActivations} lists is kept; the rest is computed again
 * in the backward, which costs no matrix products.
 */
final class Qwen3Layer {
  private final int index;
  private final Qwen3Config config;
  private final double attentionScale;
  private final RotaryTable rotary;
  private final Weight inputNorm;
  private final Weight qkv;
  private final Weight qNorm;
  private final Weight kNorm;
  private final Weight output;
  private final Weight middleNorm;
  private final Weight gateUp;
  private final Weight down;

  Qwen3Layer(int index, int globalIndex, Qwen3Config config, RotaryTable rotary, Weights weights) {
    this.index = index;
    this.config = config;
    this.attentionScale = 1 / Math.sqrt(config.headSize());
    this.rotary = rotary;
    String prefix = "model.layers." + globalIndex + ".";
    int hidden = config.hiddenSize();
    int qSize = config.heads() * config.headSize();
    int kvSize = config.keyValueHeads() * config.headSize();
    inputNorm = weights.norm(prefix + "input_layernorm", hidden);
    qkv =
        weights.linear(
            hidden,
            new Weights.Rows(prefix + "self_attn.q_proj", qSize),
            new Weights.Rows(prefix + "self_attn.k_proj", kvSize),
            new Weights.Rows(prefix + "self_attn.v_proj", kvSize));
    qNorm = weights.norm(prefix + "self_attn.q_norm", config.headSize());
    kNorm = weights.norm(prefix + "self_attn.k_norm", config.headSize());
    output = weights.linear(qSize, new Weights.Rows(prefix + "self_attn.o_proj", hidden));
    middleNorm = weights.norm(prefix + "post_attention_layernorm", hidden);
    gateUp =
        weights.linear(
            hidden,
            new Weights.Rows(prefix + "mlp.gate_proj", config.intermediateSize()),
            new Weights.Rows(prefix + "mlp.up_proj", config.intermediateSize()));
    down =
        weights.linear(
            config.intermediateSize(), new Weights.Rows(prefix + "mlp.down_proj", hidden));
  }

  List<Weight> weights() {
    return List.of(inputNorm, qkv, qNorm, kNorm, output, middleNorm, gateUp, down);
  }

  /** From the residual stream x to the residual stream y. */
  void forward(
      Kernels k,
      Workspace workspace,
      Tensor xTH,
      LayerActivations kept,
      Context context,
      Tensor yTH) {
    int tokens = Math.toIntExact(context.tokens());
    double eps = config.rmsNormEps();
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = frame.take(tokens, config.hiddenSize());
      k.rmsNorm(xTH, inputNorm.value(), eps, normedTH, kept.inputFactorT());
      k.linear(normedTH, qkv.value(), kept.qkvTC());
      Tensor qTND = frame.take(tokens, config.heads(), config.headSize());
      Tensor kTGD = frame.take(tokens, config.keyValueHeads(), config.headSize());
      rotated(k, workspace, kept, context, qTND, kTGD);
      attention(k, qTND, kTGD, kept, context);
      k.linearResidual(kept.attentionTA(), output.value(), xTH, kept.middleTH());
    }
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = frame.take(tokens, config.hiddenSize());
      k.rmsNorm(kept.middleTH(), middleNorm.value(), eps, normedTH, kept.middleFactorT());
      k.linear(normedTH, gateUp.value(), kept.gateUpT2F());
      Tensor productTF = frame.take(tokens, config.intermediateSize());
      k.swiGlu(kept.gateUpT2F(), productTF);
      k.linearResidual(productTF, down.value(), kept.middleTH(), yTH);
    }
  }

  /**
   * From the gradient of y to the gradient of x.
   *
   * @param dxTH holds the gradient of {@code middle} in between
   */
  void backward(
      Kernels k,
      Workspace workspace,
      Tensor dyTH,
      Tensor xTH,
      LayerActivations kept,
      Context context,
      Tensor dxTH,
      Gradients gradients) {
    k.copy(dyTH, dxTH);
    try (Workspace.Frame frame = workspace.frame()) {
      feedForwardBackward(k, workspace, frame, dyTH, kept, dxTH, gradients);
    }
    try (Workspace.Frame frame = workspace.frame()) {
      attentionBackward(k, workspace, frame, xTH, kept, context, dxTH, gradients);
    }
  }

  private void feedForwardBackward(
      Kernels k,
      Workspace workspace,
      Workspace.Frame frame,
      Tensor dyTH,
      LayerActivations kept,
      Tensor dMiddleTH,
      Gradients gradients) {
    long tokens = dyTH.size(0);
    Tensor dProductTF = frame.take(tokens, config.intermediateSize());
    k.linearInputGradient(dyTH, down.value(), 1, dProductTF);
    try (Workspace.Frame rebuilt = workspace.frame()) {
      Tensor productTF = rebuilt.take(tokens, config.intermediateSize());
      k.swiGlu(kept.gateUpT2F(), productTF);
      gradients.contribute(
          down, (dW, accumulate) -> k.linearWeightGradient(dyTH, productTF, 1, dW, accumulate));
    }
    Tensor dGateUpT2F = frame.take(tokens, 2L * config.intermediateSize());
    k.swiGluInputGradient(dProductTF, kept.gateUpT2F(), dGateUpT2F);
    normedLinearBackward(
        k,
        workspace,
        dGateUpT2F,
        gateUp,
        kept.middleTH(),
        middleNorm,
        kept.middleFactorT(),
        dMiddleTH,
        gradients);
  }

  private void attentionBackward(
      Kernels k,
      Workspace workspace,
      Workspace.Frame frame,
      Tensor xTH,
      LayerActivations kept,
      Context context,
      Tensor dxTH,
      Gradients gradients) {
    long tokens = xTH.size(0);
    long[] qShape = {tokens, config.heads(), config.headSize()};
    long[] kShape = {tokens, config.keyValueHeads(), config.headSize()};
    gradients.contribute(
        output,
        (dW, accumulate) -> k.linearWeightGradient(dxTH, kept.attentionTA(), 1, dW, accumulate));
    Tensor dQkvTC = frame.take(kept.qkvTC().shape().toArray());
    try (Workspace.Frame inner = workspace.frame()) {
      Tensor dAttentionTND = inner.take(qShape);
      k.linearInputGradient(
          dxTH, output.value(), 1, dAttentionTND.view(kept.attentionTA().shape().toArray()));
      Tensor qTND = inner.take(qShape);
      Tensor kTGD = inner.take(kShape);
      rotated(k, workspace, kept, context, qTND, kTGD);
      Tensor dqTND = inner.take(qShape);
      Tensor dkTGD = inner.take(kShape);
      k.attentionGradient(
          dAttentionTND,
          qTND,
          kTGD,
          values(kept.qkvTC()),
          kept.attentionTA().view(qShape),
          kept.lseNT(),
          context.cuSeqlens(),
          attentionScale,
          dqTND,
          dkTGD,
          values(dQkvTC));
      // The rotated queries and keys are done with; their memory takes the gradients before
      // rotation.
      rotary.backward(k, workspace, dqTND, context, qTND);
      rotary.backward(k, workspace, dkTGD, context, kTGD);
      normBackward(
          k,
          workspace,
          qTND,
          queries(kept.qkvTC()),
          qNorm,
          kept.qFactorTN(),
          queries(dQkvTC),
          false,
          gradients);
      normBackward(
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
    normedLinearBackward(
        k, workspace, dQkvTC, qkv, xTH, inputNorm, kept.inputFactorT(), dxTH, gradients);
  }

  /** The backward of {@code linear(norm(x))} on a residual branch: adds to the gradient of x. */
  private void normedLinearBackward(
      Kernels k,
      Workspace workspace,
      Tensor dyTO,
      Weight linear,
      Tensor xTH,
      Weight norm,
      Tensor factorT,
      Tensor dxTH,
      Gradients gradients) {
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedTH = frame.take(xTH.shape().toArray());
      k.rmsNorm(xTH, norm.value(), config.rmsNormEps(), normedTH, factorT);
      gradients.contribute(
          linear, (dW, accumulate) -> k.linearWeightGradient(dyTO, normedTH, 1, dW, accumulate));
      // The normed input is done with; its memory takes its gradient.
      k.linearInputGradient(dyTO, linear.value(), 1, normedTH);
      normBackward(k, workspace, normedTH, xTH, norm, factorT, dxTH, true, gradients);
    }
  }

  private static void normBackward(
      Kernels k,
      Workspace workspace,
      Tensor dy,
      Tensor x,
      Weight norm,
      Tensor factor,
      Tensor dx,
      boolean addToDx,
      Gradients gradients) {
    gradients.contribute(
        norm,
        (dW, accumulate) -> k.rmsNormWeightGradient(dy, x, factor, dW, accumulate, workspace));
    k.rmsNormInputGradient(dy, x, norm.value(), factor, dx, addToDx, workspace);
  }

  /** Queries and keys, normed and rotated. */
  private void rotated(
      Kernels k,
      Workspace workspace,
      LayerActivations kept,
      Context context,
      Tensor qTND,
      Tensor kTGD) {
    double eps = config.rmsNormEps();
    try (Workspace.Frame frame = workspace.frame()) {
      Tensor normedQ = frame.take(qTND.shape().toArray());
      k.rmsNorm(queries(kept.qkvTC()), qNorm.value(), eps, normedQ, kept.qFactorTN());
      rotary.forward(k, workspace, normedQ, context, qTND);
      Tensor normedK = frame.take(kTGD.shape().toArray());
      k.rmsNorm(keys(kept.qkvTC()), kNorm.value(), eps, normedK, kept.kFactorTG());
      rotary.forward(k, workspace, normedK, context, kTGD);
    }
  }

  private void attention(
      Kernels k, Tensor qTND, Tensor kTGD, LayerActivations kept, Context context) {
    Tensor vTGD = values(kept.qkvTC());
    Tensor outTND = kept.attentionTA().view(qTND.shape().toArray());
    int tokens = Math.toIntExact(context.tokens());
    int cached = context.cache().map(KeyValueCache::length).orElse(0);
    context
        .cache()
        .ifPresent(
            cache -> {
              k.copy(kTGD, cache.keys(index, cached, tokens));
              k.copy(vTGD, cache.values(index, cached, tokens));
            });
    if (cached == 0) {
      k.attention(qTND, kTGD, vTGD, context.cuSeqlens(), attentionScale, outTND, kept.lseNT());
    } else if (tokens == 1) {
      KeyValueCache cache = context.cache().orElseThrow();
      k.attentionToCache(
          qTND.view(config.heads(), config.headSize()),
          cache.keys(index, 0, cached + 1),
          cache.values(index, 0, cached + 1),
          attentionScale,
          outTND.view(config.heads(), config.headSize()));
    } else {
      throw new IllegalArgumentException(
          "after the first pass a cache takes one token at a time, not " + tokens);
    }
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

  /** The most scratch that forward or backward takes at once, in elements. */
  static long scratch(Kernels k, Qwen3Config config, long tokens) {
    long hidden = Workspace.padded(tokens * config.hiddenSize());
    long q = Workspace.padded(tokens * config.heads() * config.headSize());
    long kv = Workspace.padded(tokens * config.keyValueHeads() * config.headSize());
    long feedForward = Workspace.padded(tokens * config.intermediateSize());
    long norm = k.rmsNormScratch(Math.max(tokens * config.hiddenSize(), Math.max(q, kv)));
    long rotary = k.rotaryScratch(tokens, config.headSize());
    long feedForwardBackward = 3 * feedForward + Math.max(feedForward, hidden + norm);
    long attentionBackward =
        (q + 2 * kv) + Math.max(3 * q + 2 * kv + Math.max(q + kv + rotary, norm), hidden + norm);
    long forward = hidden + Math.max(2 * (q + kv) + rotary, feedForward);
    return Math.max(forward, Math.max(feedForwardBackward, attentionBackward));
  }
}
