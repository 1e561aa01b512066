// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.Qwen3Config;
import dev.loam.model.Qwen3Model;
import dev.loam.model.SpecialTokens;
import dev.loam.parallel.Layout;
import dev.loam.parallel.RankGroups;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.gradients.GradientReduction;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.parallel.pipeline.PipelineSchedule;
import dev.loam.parallel.pipeline.StagePlan;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.CuSeqlens;
import dev.loam.tensor.Device;
import dev.loam.tensor.part.DropoutKeys;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** Tiny models with adapters, and the loss and gradients of passes through them. */
final class AdaptedPasses {
  static final int TOKENS = 12;

  private AdaptedPasses() {}

  /** A name of modules by a predicate. */
  record Targets(String name, Predicate<String> modules, boolean fused) implements LoraTargets {
    @Override
    public boolean includes(String module) {
      return modules.test(module);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Qwen3Config config(boolean tied) {
    return new Qwen3Config(
        13, 8, 12, 2, 4, 2, 4, 40, 10_000, 1e-6, 0.3, tied, SpecialTokens.none());
  }

  static List<MicroBatch> batches(long seed) {
    return List.of(batch(seed), batch(seed + 1));
  }

  private static MicroBatch batch(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] ids = random.longs(TOKENS, 0, 13).toArray();
    long[] labels = random.longs(TOKENS, 0, 13).toArray();
    labels[2] = LossHead.IGNORED;
    long[] positions = LongStream.range(0, TOKENS).map(t -> t % 6).toArray();
    long[] keys = LongStream.range(0, TOKENS).map(t -> DropoutKeys.key(seed, t)).toArray();
    return new MicroBatch(
        ids, labels, positions, CuSeqlens.of(new int[] {0, 6, TOKENS}), DropoutKeys.of(keys));
  }

  /** All on one rank, every adapter and weight random. */
  static Qwen3Model model(
      ComputeLease lease, Qwen3Config config, LoraOptions options, Predicate<String> trained) {
    return model(lease, config, options, trained, RankGroups.single(), 0);
  }

  static Qwen3Model model(
      ComputeLease lease,
      Qwen3Config config,
      LoraOptions options,
      Predicate<String> trained,
      RankGroups groups,
      int recomputed) {
    Qwen3Model model =
        Qwen3Model.share(
            lease, config, 5, groups, recomputed, new LoraAdaptation(options, 3, trained));
    model.initialize(1);
    LoraAdapters adapters = LoraAdapters.of(model, options);
    adapters.initialize(2, LoraInit.HE_UNIFORM);
    lease.run(() -> adapters.parameters().values().forEach(p -> LoraInit.HE_UNIFORM.fill(p, 5, 4)));
    return model;
  }

  /** Mean loss and the gradients of all that is trained here. */
  record Result(double loss, Map<String, double[]> gradients) {
    double[] gradient(String name) {
      return Objects.requireNonNull(gradients.get(name), name);
    }
  }

  static Result train(Qwen3Model model, List<MicroBatch> batches) {
    long trained = batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
    RankGroups groups = model.groups();
    Layout layout = groups.layout().withMicroBatches(batches.size());
    return model
        .lease()
        .call(
            () -> {
              try (Arena arena = model.lease().newArena(Device.cpu())) {
                Gradients gradients = new Gradients(arena, model.weights());
                Optional<Weight> shared =
                    model.parts().stream()
                        .flatMap(part -> part.sharedWeight().stream())
                        .findFirst();
                GradientReduction reduction =
                    new GradientReduction(
                        model.lease().kernels(), gradients, groups, shared, 1 << 20);
                Pipeline pipeline =
                    Pipeline.of(
                        StagePlan.of(
                            layout, groups.position().stage(), PipelineSchedule.ONE_F_ONE_B),
                        groups.pipeline(),
                        model.parts(),
                        model.lease(),
                        arena,
                        TOKENS,
                        StepClock.none());
                gradients.begin(batches.size());
                double[] scales = new double[batches.size()];
                Arrays.fill(scales, 1.0 / trained);
                double[] losses = pipeline.run(batches, scales, gradients);
                reduction.finish();
                return new Result(Arrays.stream(losses).sum() / trained, values(gradients));
              }
            });
  }

  private static Map<String, double[]> values(Gradients gradients) {
    Map<String, double[]> values = new TreeMap<>();
    for (Weight weight : gradients.weights()) {
      for (Parameter parameter : weight.parameters()) {
        values.put(parameter.name(), weight.partOf(gradients.of(weight), parameter).toDoubles());
      }
    }
    return values;
  }

  /** What is here of every parameter. */
  static Map<String, double[]> parameters(Qwen3Model model) {
    Map<String, double[]> all = new HashMap<>();
    model.parameters().forEach((name, p) -> all.put(name, p.value().toDoubles()));
    return all;
  }
}
