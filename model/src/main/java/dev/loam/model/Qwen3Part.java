// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Kernels;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.Workspace;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A run of Qwen3's layers; the first also has the embedding, the last the final norm and the head.
 */
final class Qwen3Part implements ModelPart, AutoCloseable {
  private final Qwen3Config config;
  private final Kernels kernels;
  private final DType dtype;
  private final ComputeLease lease;
  private final Optional<Weight> embedding;
  private final List<Qwen3Layer> layers = new ArrayList<>();
  private final Optional<Weight> finalNorm;
  private final Optional<LmHead> head;
  private final List<Weight> weights = new ArrayList<>();
  private Optional<Arena> scratchArena = Optional.empty();
  private Optional<Workspace> workspace = Optional.empty();
  private long workspaceTokens;

  /** The whole model. */
  Qwen3Part(ComputeLease lease, Arena arena, Qwen3Config config, int headChunkRows) {
    this.config = config;
    this.kernels = lease.kernels();
    this.dtype = lease.computeType();
    this.lease = lease;
    Weights factory = new Weights(arena, dtype);
    Weight table =
        factory.linear(
            config.hiddenSize(), new Weights.Rows("model.embed_tokens", config.vocabSize()));
    embedding = Optional.of(table);
    weights.add(table);
    RotaryTable rotary = new RotaryTable(arena, dtype, config);
    for (int i = 0; i < config.layers(); i++) {
      Qwen3Layer layer = new Qwen3Layer(kernels, config, i, i, rotary, factory);
      layers.add(layer);
      weights.addAll(layer.weights());
    }
    Weight norm = factory.norm("model.norm", config.hiddenSize());
    finalNorm = Optional.of(norm);
    weights.add(norm);
    Weight output =
        config.tiedEmbeddings()
            ? table
            : factory.linear(config.hiddenSize(), new Weights.Rows("lm_head", config.vocabSize()));
    weights.add(output);
    head = Optional.of(new LmHead(lease, arena, output, headChunkRows));
  }

  @Override
  public void forward(Tensor in, Activations activations, Context context, Tensor outTH) {
    Qwen3Activations kept = (Qwen3Activations) activations;
    long tokens = context.tokens();
    Tensor x = input(in, kept, tokens);
    embedding.ifPresent(table -> kernels.gatherRows(table.value(), in, x));
    for (int i = 0; i < layers.size(); i++) {
      Tensor layerIn = i == 0 ? x : kept.residualTH(i, tokens);
      boolean toOut = i == layers.size() - 1 && finalNorm.isEmpty();
      Tensor layerOut = toOut ? outTH : kept.residualTH(i + 1, tokens);
      layers.get(i).forward(scratch(), layerIn, kept.layer(i, tokens), context, layerOut);
    }
    finalNorm.ifPresent(
        norm ->
            kernels.rmsNorm(
                kept.residualTH(layers.size(), tokens),
                norm.value(),
                config.rmsNormEps(),
                outTH,
                kept.finalFactorT(tokens)));
  }

  @Override
  public void backward(
      Tensor dOutTH,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dInTH,
      Gradients gradients) {
    Qwen3Activations kept = (Qwen3Activations) activations;
    long tokens = context.tokens();
    try (Workspace.Frame frame = scratch().frame()) {
      // The gradient of the residual stream goes to and fro between two buffers.
      Tensor dy = frame.take(tokens, config.hiddenSize());
      Tensor dx = frame.take(tokens, config.hiddenSize());
      if (finalNorm.isPresent()) {
        finalNormBackward(finalNorm.get(), dOutTH, kept, tokens, dy, gradients);
      } else {
        kernels.copy(dOutTH, dy);
      }
      for (int i = layers.size() - 1; i >= 0; i--) {
        Tensor layerIn = i == 0 ? input(in, kept, tokens) : kept.residualTH(i, tokens);
        Tensor target = i == 0 ? dInTH : dx;
        layers
            .get(i)
            .backward(scratch(), dy, layerIn, kept.layer(i, tokens), context, target, gradients);
        Tensor swap = dy;
        dy = target;
        dx = swap;
      }
    }
    embedding.ifPresent(
        table ->
            gradients.contribute(
                table,
                (dTable, accumulate) -> kernels.gatherRowsGradient(dInTH, in, dTable, accumulate)));
  }

  private void finalNormBackward(
      Weight norm,
      Tensor dOutTH,
      Qwen3Activations kept,
      long tokens,
      Tensor dyTH,
      Gradients gradients) {
    Tensor lastTH = kept.residualTH(layers.size(), tokens);
    Tensor factorT = kept.finalFactorT(tokens);
    gradients.contribute(
        norm,
        (dW, accumulate) ->
            kernels.rmsNormWeightGradient(dOutTH, lastTH, factorT, dW, accumulate, scratch()));
    kernels.rmsNormInputGradient(dOutTH, lastTH, norm.value(), factorT, dyTH, false, scratch());
  }

  /** The input of the first layer: looked up in the embedding, or what the stage before sent. */
  private Tensor input(Tensor in, Qwen3Activations kept, long tokens) {
    return embedding.isPresent() ? kept.residualTH(0, tokens) : in;
  }

  @Override
  public Activations newActivations(Arena arena, int maxTokens) {
    return activations(arena, maxTokens, false);
  }

  @Override
  public Activations newInferenceActivations(Arena arena, int maxTokens) {
    return activations(arena, maxTokens, true);
  }

  private Activations activations(Arena arena, int maxTokens, boolean shared) {
    if (maxTokens > workspaceTokens) {
      long streams = 2 * Workspace.padded((long) maxTokens * config.hiddenSize());
      long elements = streams + Qwen3Layer.scratch(kernels, config, maxTokens);
      scratchArena.ifPresent(Arena::close);
      Arena fresh = lease.newArena(Device.cpu());
      scratchArena = Optional.of(fresh);
      workspace = Optional.of(new Workspace(fresh, dtype, elements));
      workspaceTokens = maxTokens;
    }
    return new Qwen3Activations(arena, dtype, config, layers.size(), maxTokens, shared);
  }

  private Workspace scratch() {
    return workspace.orElseThrow(
        () -> new IllegalStateException("activations come from newActivations of the same part"));
  }

  /** Frees the scratch memory; parameters belong to the arena they were allocated in. */
  @Override
  public void close() {
    scratchArena.ifPresent(Arena::close);
  }

  @Override
  public long hiddenSize() {
    return config.hiddenSize();
  }

  @Override
  public Optional<LossHead> head() {
    return head.map(h -> h);
  }

  @Override
  public List<Weight> weights() {
    return List.copyOf(weights);
  }
}
