// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Partition;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
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
  private final PartPlan plan;
  private final Kernels kernels;
  private final TensorParallel ranks;
  private final DType dtype;
  private final ComputeLease lease;
  private final Optional<Embedding> embedding;
  private final List<Qwen3Layer> layers = new ArrayList<>();
  private final Optional<Weight> finalNorm;
  private final Optional<LmHead> head;
  private final Optional<Weight> shared;
  private final List<Weight> weights = new ArrayList<>();

  /** Whether something is trained that lies before the layers. */
  private final boolean isTrainedBefore;

  private Optional<PartScratch> scratch = Optional.empty();

  Qwen3Part(
      ComputeLease lease,
      Arena arena,
      Qwen3Config model,
      PartPlan plan,
      TensorParallel ranks,
      Adaptation adaptation) {
    this.config = model.slice(ranks.size());
    this.plan = plan;
    this.kernels = lease.kernels();
    this.ranks = ranks;
    this.dtype = lease.computeType();
    this.lease = lease;
    Weights factory = new Weights(kernels, arena, dtype, ranks, adaptation);
    Partition vocabulary = Partition.even(config.vocabSize(), ranks.size());
    int hidden = config.hiddenSize();
    Optional<Weight> table =
        plan.first() || (plan.last() && config.tiedEmbeddings())
            ? Optional.of(factory.vocabulary(hidden, vocabulary, "model.embed_tokens"))
            : Optional.empty();
    long firstRow = vocabulary.start(ranks.rank());
    embedding =
        table
            .filter(weight -> plan.first())
            .map(
                weight ->
                    new Embedding(
                        kernels,
                        ranks,
                        weight,
                        adaptation.embedding(factory.site(weight)),
                        firstRow));
    embedding.ifPresent(e -> weights.addAll(e.weights()));
    isTrainedBefore =
        embedding.map(Embedding::isTrained).orElseGet(() -> isTrainedEarlier(model, adaptation));
    RotaryTable rotary = new RotaryTable(arena, dtype, config);
    for (int i = 0; i < plan.layerCount(); i++) {
      Qwen3Layer layer =
          new Qwen3Layer(kernels, ranks, config, i, plan.firstLayer() + i, rotary, factory);
      layers.add(layer);
      weights.addAll(layer.weights());
    }
    shared = plan.first() == plan.last() || !config.tiedEmbeddings() ? Optional.empty() : table;
    if (!plan.last()) {
      finalNorm = Optional.empty();
      head = Optional.empty();
      return;
    }
    Weight norm = factory.norm("model.norm", hidden, ranks.streamNorm());
    Weight output =
        config.tiedEmbeddings()
            ? table.orElseThrow()
            : factory.vocabulary(hidden, vocabulary, "lm_head");
    weights.add(norm);
    weights.add(output);
    finalNorm = Optional.of(norm);
    head =
        Optional.of(
            new LmHead(
                lease, arena, ranks, this::workspace, output, firstRow, plan.headChunkRows()));
  }

  private boolean isTrainedEarlier(Qwen3Config model, Adaptation adaptation) {
    return new ParameterCatalog(model)
        .entries().stream()
            .filter(entry -> entry.layer() < plan.firstLayer())
            .anyMatch(
                entry -> adaptation.trains(entry.name()) || adaptation.adapts(entry.module()));
  }

  @Override
  public void forward(Tensor in, Activations activations, Context context, Tensor outSH) {
    Qwen3Activations kept = (Qwen3Activations) activations;
    long tokens = context.tokens();
    long rows = residualRows(tokens);
    Tensor xSH = input(in, kept, rows);
    embedding.ifPresent(e -> e.forward(workspace(), in, kept.lookup(), xSH));
    for (int i = 0; i < layers.size(); i++) {
      Tensor layerIn = i == 0 ? xSH : kept.residualSH(i, rows);
      boolean toOut = i == layers.size() - 1 && finalNorm.isEmpty();
      Tensor layerOut = toOut ? outSH : kept.residualSH(i + 1, rows);
      LayerActivations layer = layer(kept, i).forTokens(tokens, rows);
      layers.get(i).forward(workspace(), layerIn, layer, context, layerOut);
    }
    finalNorm.ifPresent(
        norm ->
            kernels.rmsNorm(
                kept.residualSH(layers.size(), rows),
                norm.value(),
                config.rmsNormEps(),
                outSH,
                kept.finalFactorS(rows)));
  }

  @Override
  public void backward(
      Tensor dOutSH,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dInSH,
      Gradients gradients) {
    Qwen3Activations kept = (Qwen3Activations) activations;
    long tokens = context.tokens();
    long rows = residualRows(tokens);
    try (Workspace.Frame frame = workspace().frame()) {
      // The gradient of the residual stream goes to and fro between two buffers.
      Tensor dy = frame.take(rows, config.hiddenSize());
      Tensor dx = frame.take(rows, config.hiddenSize());
      if (finalNorm.isPresent()) {
        finalNormBackward(finalNorm.get(), dOutSH, kept, rows, dy, gradients);
      } else {
        kernels.copy(dOutSH, dy);
      }
      int lowest = lowestTrained();
      for (int i = layers.size() - 1; i >= lowest; i--) {
        Tensor layerIn = i == 0 ? input(in, kept, rows) : kept.residualSH(i, rows);
        Tensor target = i == 0 ? dInSH : dx;
        LayerActivations layer = layer(kept, i).forTokens(tokens, rows);
        if (kept.isRecomputed(i)) {
          layers.get(i).rebuild(workspace(), layerIn, layer, context);
        }
        boolean toInput = i > lowest || isTrainedBefore;
        layers
            .get(i)
            .backward(workspace(), dy, layerIn, layer, context, target, gradients, toInput);
        Tensor swap = dy;
        dy = target;
        dx = swap;
      }
    }
    embedding.ifPresent(e -> e.backward(workspace(), dInSH, in, kept.lookup(), gradients));
  }

  /** The first layer that gradients have to reach; below it nothing is trained. */
  private int lowestTrained() {
    int lowest = 0;
    while (!isTrainedBefore && lowest < layers.size() && !layers.get(lowest).isTrained()) {
      lowest++;
    }
    return lowest;
  }

  private void finalNormBackward(
      Weight norm,
      Tensor dOutSH,
      Qwen3Activations kept,
      long rows,
      Tensor dySH,
      Gradients gradients) {
    Tensor lastSH = kept.residualSH(layers.size(), rows);
    NormedLinear.normBackward(
        kernels,
        workspace(),
        dOutSH,
        lastSH,
        norm,
        kept.finalFactorS(rows),
        dySH,
        false,
        gradients);
  }

  /** Where a layer puts what its backward needs: in memory of the micro batch, or of all. */
  private LayerActivations layer(Qwen3Activations kept, int i) {
    return kept.isRecomputed(i) ? scratch().rebuilt() : kept.layer(i);
  }

  /** The input of the first layer: looked up in the embedding, or what the stage before sent. */
  private Tensor input(Tensor in, Qwen3Activations kept, long rows) {
    return embedding.isPresent() ? kept.residualSH(0, rows) : in;
  }

  @Override
  public long residualRows(long tokens) {
    return ranks.streamRows(tokens);
  }

  @Override
  public Activations newActivations(Arena arena, int maxTokens) {
    makeScratch(maxTokens);
    long rows = residualRows(maxTokens);
    return Qwen3Activations.training(arena, dtype, config, plan, maxTokens, rows);
  }

  @Override
  public Activations newInferenceActivations(Arena arena, int maxTokens) {
    makeScratch(maxTokens);
    long rows = residualRows(maxTokens);
    return Qwen3Activations.inference(arena, dtype, config, plan, maxTokens, rows);
  }

  private void makeScratch(int maxTokens) {
    if (scratch.isEmpty() || scratch.get().tokens() < maxTokens) {
      long rows = residualRows(maxTokens);
      close();
      boolean recomputes = plan.recomputedLayers() > 0;
      long adapters = adapterScratch(maxTokens);
      scratch =
          Optional.of(PartScratch.allocate(lease, config, maxTokens, rows, recomputes, adapters));
    }
  }

  private long adapterScratch(int tokens) {
    long most = embedding.flatMap(Embedding::adapter).map(a -> a.scratch(tokens)).orElse(0L);
    for (Qwen3Layer layer : layers) {
      most = Math.max(most, layer.adapterScratch(tokens));
    }
    return most;
  }

  private PartScratch scratch() {
    return scratch.orElseThrow(
        () -> new IllegalStateException("activations come from newActivations of the same part"));
  }

  private Workspace workspace() {
    return scratch().workspace();
  }

  /** What is allocated of scratch memory so far. */
  long scratchBytes() {
    return scratch.map(s -> s.arena().allocatedBytes()).orElse(0L);
  }

  /** Frees the scratch memory; parameters belong to the arena they were allocated in. */
  @Override
  public void close() {
    scratch.ifPresent(PartScratch::close);
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
  public Optional<Weight> sharedWeight() {
    return shared;
  }

  @Override
  public List<Weight> weights() {
    return List.copyOf(weights);
  }
}
