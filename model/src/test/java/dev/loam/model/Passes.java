// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.parallel.ForwardPass;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Passes of a model over micro batches, in memory that was full of NaN before. */
final class Passes {
  private final Qwen3Model model;
  private final ComputeLease lease;

  /** The mean loss over all trained tokens, and its gradients by parameter. */
  record Result(double loss, Map<String, double[]> gradients) {
    double[] gradient(String name) {
      double[] gradient = gradients.get(name);
      if (gradient == null) {
        throw new IllegalArgumentException("no gradient of " + name);
      }
      return gradient;
    }
  }

  Passes(Qwen3Model model) {
    this.model = model;
    this.lease = model.lease();
  }

  /** All micro batches forward and backward, accumulated. */
  Result train(List<MicroBatch> batches) {
    long trained = batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
    return lease.call(
        () -> {
          try (Arena arena = new DirtyArena(lease.newArena(Device.cpu()))) {
            Pipeline pipeline =
                Pipeline.single(
                    batches.size(),
                    model.part(),
                    lease,
                    arena,
                    mostTokens(batches),
                    StepClock.none());
            Gradients gradients = new Gradients(arena, model.part().weights());
            gradients.begin(batches.size());
            double loss = 0;
            double[] scales = new double[batches.size()];
            Arrays.fill(scales, 1.0 / trained);
            for (double sum : pipeline.run(batches, scales, gradients)) {
              loss += sum / trained;
            }
            return new Result(loss, values(gradients));
          }
        });
  }

  /** The mean loss alone, in memory for forward passes alone. */
  double loss(List<MicroBatch> batches) {
    long trained = batches.stream().mapToLong(MicroBatch::trainedTokens).sum();
    return lease.call(
        () -> {
          try (Arena arena = new DirtyArena(lease.newArena(Device.cpu()))) {
            ForwardPass pass = new ForwardPass(lease, arena, model.part(), mostTokens(batches));
            double loss = 0;
            for (MicroBatch batch : batches) {
              loss += pass.loss(batch) / trained;
            }
            return loss;
          }
        });
  }

  /** The normed hidden states with activations for training. */
  double[] hidden(MicroBatch batch) {
    return lease.call(
        () -> {
          try (Arena arena = new DirtyArena(lease.newArena(Device.cpu()))) {
            ModelPart part = model.part();
            Tensor ids = arena.allocate(DType.I64, batch.tokens()).set(batch.inputIds());
            Tensor at = arena.allocate(DType.I64, batch.tokens()).set(batch.positions());
            Tensor out = arena.allocate(lease.computeType(), batch.tokens(), part.hiddenSize());
            part.forward(
                ids,
                part.newActivations(arena, batch.tokens()),
                Context.training(at, batch.cuSeqlens()),
                out);
            return out.toDoubles();
          }
        });
  }

  /** The normed hidden states with activations for forward passes alone. */
  double[] inferredHidden(MicroBatch batch) {
    return lease.call(
        () -> {
          try (Arena arena = new DirtyArena(lease.newArena(Device.cpu()))) {
            return new ForwardPass(lease, arena, model.part(), batch.tokens() + 3)
                .hidden(batch)
                .toDoubles();
          }
        });
  }

  private static int mostTokens(List<MicroBatch> batches) {
    return batches.stream().mapToInt(MicroBatch::tokens).max().orElseThrow();
  }

  private static Map<String, double[]> values(Gradients gradients) {
    Map<String, double[]> values = new LinkedHashMap<>();
    for (Weight weight : gradients.weights()) {
      for (Parameter parameter : weight.parameters()) {
        values.put(parameter.name(), weight.partOf(gradients.of(weight), parameter).toDoubles());
      }
    }
    return values;
  }

  /**
   * The worst distance between the gradients of a parameter, by the length of the truth; lengths
   * below a tenth of the whole gradient's count as that much.
   */
  static double distance(Result actual, Result truth) {
    return distance(actual.gradients(), truth.gradients());
  }

  /** Likewise. */
  static double distance(Map<String, double[]> actual, Map<String, double[]> truth) {
    double whole = 0;
    for (double[] gradient : truth.values()) {
      whole = Math.hypot(whole, length(gradient));
    }
    double worst = 0;
    for (Map.Entry<String, double[]> entry : truth.entrySet()) {
      double[] difference = entry.getValue().clone();
      double[] other = actual.getOrDefault(entry.getKey(), new double[0]);
      for (int i = 0; i < difference.length; i++) {
        difference[i] -= other[i];
      }
      double error = length(difference) / Math.max(length(entry.getValue()), 0.1 * whole);
      worst = Double.isNaN(error) ? Double.NaN : Math.max(worst, error);
    }
    return worst;
  }

  static double length(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }
}
