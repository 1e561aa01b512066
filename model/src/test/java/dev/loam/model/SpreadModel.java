// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.Layout;
import dev.loam.parallel.ProcessGroup;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.parallel.threads.ThreadRanks;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Engine;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import dev.loam.tensor.part.Weight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A model spread over thread ranks. What the ranks computed is put together again, and where
 * several have the same, it must have the same bits.
 *
 * @param strict whether gradients are summed in a tree
 * @param weights fills them, on every rank
 * @param recomputedLayers of each stage
 */
record SpreadModel(
    String engine,
    Layout layout,
    boolean strict,
    Qwen3Config config,
    int chunkRows,
    Consumer<Qwen3Model> weights,
    int recomputedLayers) {
  private static final long BUCKET_ELEMENTS = 3000;

  /** Nothing is recomputed. */
  SpreadModel(
      String engine,
      Layout layout,
      boolean strict,
      Qwen3Config config,
      int chunkRows,
      Consumer<Qwen3Model> weights) {
    this(engine, layout, strict, config, chunkRows, weights, 0);
  }

  SpreadModel recomputing(int layers) {
    return new SpreadModel(engine, layout, strict, config, chunkRows, weights, layers);
  }

  /**
   * Runs micro batches forward and backward, each replica an equal run of them.
   *
   * @return the logits of all micro batches, one after the other, the mean loss, and its gradients
   */
  GoldenModel.Result run(List<MicroBatch> batches) {
    List<ComputeLease> leases = new ArrayList<>();
    try {
      for (int rank = 0; rank < layout.worldSize(); rank++) {
        leases.add(Engine.named(engine).lease(1));
      }
      Whole whole = new Whole();
      ThreadRanks.run(
              leases, Duration.ofSeconds(60), (world, lease) -> pieces(world, lease, batches))
          .forEach(pieces -> pieces.forEach(whole::add));
      Map<String, double[]> gradients = whole.tensors();
      double[] logits =
          batches.stream()
              .flatMapToDouble(
                  batch -> Arrays.stream(whole.remove("logits", batches.indexOf(batch))))
              .toArray();
      double loss = Arrays.stream(whole.remove("losses", 0)).sum() / trained(batches);
      return new GoldenModel.Result(logits, loss, gradients);
    } finally {
      leases.forEach(ComputeLease::close);
    }
  }

  private static long trained(List<MicroBatch> batches) {
    return batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
  }

  private List<Whole.Piece> pieces(
      ProcessGroup world, ComputeLease lease, List<MicroBatch> batches) {
    RankGroups groups = new RankGroups(world, layout);
    int count = batches.size() / layout.dataParallel();
    int first = groups.position().data() * count;
    List<Whole.Piece> pieces = new ArrayList<>();
    try (Arena arena = new DirtyArena(lease.newArena(Device.cpu()));
        Qwen3Model model = Qwen3Model.share(lease, config, chunkRows, groups, recomputedLayers)) {
      weights.accept(model);
      for (int i = first; i < first + count; i++) {
        logits(model, arena, batches.get(i), i).ifPresent(pieces::add);
      }
      train(model, arena, batches, first, count, pieces);
      world.barrier("end of the pass").await();
      return pieces;
    }
  }

  /** On the last stage, this rank's part of the vocabulary. */
  private Optional<Whole.Piece> logits(
      Qwen3Model model, Arena arena, MicroBatch batch, int number) {
    RankGroups groups = model.groups();
    ComputeLease lease = model.lease();
    Tensor ids = arena.allocate(DType.I64, batch.tokens()).set(batch.inputIds());
    Tensor positions = arena.allocate(DType.I64, batch.tokens()).set(batch.positions());
    Context context = Context.inference(positions, batch.cuSeqlens());
    int stages = layout.pipelineStages();
    Tensor out = ids;
    for (int chunk = 0; chunk < layout.virtualStages(); chunk++) {
      int virtual = chunk * stages + groups.position().stage();
      ModelPart part = model.parts().get(chunk);
      long rows = part.residualRows(batch.tokens());
      Tensor in =
          virtual == 0 ? ids : arena.allocate(lease.computeType(), rows, config.hiddenSize());
      out = arena.allocate(lease.computeType(), rows, config.hiddenSize());
      if (virtual > 0 && stages > 1) {
        groups.pipeline().receive(in, (virtual - 1) % stages, chunk, "input").await();
      }
      Activations kept = part.newInferenceActivations(arena, batch.tokens());
      part.forward(in, kept, context, out);
      if (part.head().isEmpty()) {
        int next = (virtual + 1) % stages;
        groups.pipeline().send(out, next, (virtual + 1) / stages, "output").await();
      }
    }
    ModelPart last = model.parts().get(model.parts().size() - 1);
    if (last.head().isEmpty()) {
      return Optional.empty();
    }
    List<Weight> used = last.weights();
    Parameter output = used.get(used.size() - 1).parameters().get(0);
    Shape part = Shape.of(batch.tokens(), output.slice().shape().size(0));
    Tensor logits = arena.allocate(lease.computeType(), part.toArray());
    last.head().get().logits(out, logits);
    return Optional.of(
        new Whole.Piece(
            Whole.name("logits", number),
            Shape.of(batch.tokens(), config.vocabSize()),
            new Slice(Shape.of(0, output.slice().start().size(0)), part),
            logits.toDoubles()));
  }

  private void train(
      Qwen3Model model,
      Arena arena,
      List<MicroBatch> all,
      int first,
      int count,
      List<Whole.Piece> pieces) {
    RankGroups groups = model.groups();
    ComputeLease lease = model.lease();
    List<MicroBatch> own = all.subList(first, first + count);
    Gradients gradients =
        strict
            ? Gradients.inTree(arena, lease.kernels()::add, model.weights(), count)
            : new Gradients(arena, model.weights());
    Optional<Weight> shared =
        model.parts().stream().flatMap(part -> part.sharedWeight().stream()).findFirst();
    GradientReduction reduction =
        new GradientReduction(lease.kernels(), gradients, groups, shared, BUCKET_ELEMENTS);
    PipelineSchedule schedule =
        layout.virtualStages() > 1 ? PipelineSchedule.INTERLEAVED : PipelineSchedule.ONE_F_ONE_B;
    Pipeline pipeline =
        Pipeline.of(
            StagePlan.of(layout.withMicroBatches(count), groups.position().stage(), schedule),
            groups.pipeline(),
            model.parts(),
            lease,
            arena,
            own.stream().mapToInt(MicroBatch::tokens).max().orElseThrow(),
            StepClock.none());
    double[] scales = new double[count];
    Arrays.fill(scales, 1.0 / trained(all));
    gradients.begin(count);
    double[] losses = pipeline.run(own, scales, gradients);
    reduction.finish();
    if (groups.position().stage() == layout.pipelineStages() - 1) {
      Slice place = new Slice(Shape.of(first), Shape.of(count));
      pieces.add(new Whole.Piece(Whole.name("losses", 0), Shape.of(all.size()), place, losses));
    }
    for (Weight weight : gradients.weights()) {
      for (Parameter parameter : weight.parameters()) {
        Tensor gradient = weight.partOf(gradients.of(weight), parameter);
        pieces.add(
            new Whole.Piece(
                parameter.name(),
                parameter.globalShape(),
                parameter.slice(),
                gradient.toDoubles()));
      }
    }
  }
}
