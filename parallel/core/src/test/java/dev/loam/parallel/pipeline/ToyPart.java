// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.tensor.Arena;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A part of a {@link ToyModel}: layers {@code y = x + x w f}, where f depends on the position and
 * on the number of documents, so that every field of a micro batch matters.
 */
record ToyPart(
    int chunk, Optional<Weight> embedding, List<Weight> layers, Optional<Weight> top, Log log)
    implements ModelPart, LossHead {

  /** Is told what a part is asked to do, before it does it. */
  @FunctionalInterface
  interface Log {
    void add(String call, int chunk);
  }

  /** The inputs of the layers while a micro batch is in flight. */
  private static final class Kept implements Activations {
    private final int maxTokens;
    private List<float[]> inputs = new ArrayList<>();

    Kept(int maxTokens) {
      this.maxTokens = maxTokens;
    }

    @Override
    public int maxTokens() {
      return maxTokens;
    }
  }

  @Override
  public Activations newActivations(Arena arena, int maxTokens) {
    log.add("activations", chunk);
    return new Kept(maxTokens);
  }

  @Override
  public Activations newInferenceActivations(Arena arena, int maxTokens) {
    throw new UnsupportedOperationException("trains");
  }

  private static float factor(Context context, float[] positions, int element) {
    int row = element / ToyModel.HIDDEN;
    return 1 + positions[row] / (4 + context.cuSeqlens().documents());
  }

  private static float[] positions(Context context) {
    return context.positionsT().toFloats();
  }

  @Override
  public void forward(Tensor in, Activations activations, Context context, Tensor out) {
    log.add("forward", chunk);
    Kept kept = (Kept) activations;
    if (!kept.inputs.isEmpty()) {
      throw new AssertionError("activations in use");
    }
    float[] positions = positions(context);
    float[] x = embedding.isPresent() ? embedded(in.toFloats()) : in.toFloats();
    for (Weight layer : layers) {
      kept.inputs.add(x);
      float[] w = layer.value().toFloats();
      float[] y = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        y[i] = x[i] + x[i] * w[i % w.length] * factor(context, positions, i);
      }
      x = y;
    }
    Tensor unused = out.set(x);
  }

  private float[] embedded(float[] ids) {
    float[] table = embedding.orElseThrow().value().toFloats();
    float[] x = new float[ids.length * ToyModel.HIDDEN];
    for (int i = 0; i < x.length; i++) {
      x[i] = table[entry(ids, i)];
    }
    return x;
  }

  @Override
  public void backward(
      Tensor dOut,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dIn,
      Gradients gradients) {
    log.add("backward", chunk);
    Kept kept = (Kept) activations;
    float[] positions = positions(context);
    float[] dy = dOut.toFloats();
    if (embedding.isEmpty() && !Arrays.equals(in.toFloats(), kept.inputs.get(0))) {
      throw new AssertionError("the input is not what it was");
    }
    for (int l = layers.size() - 1; l >= 0; l--) {
      float[] x = kept.inputs.get(l);
      float[] w = layers.get(l).value().toFloats();
      float[] dw = new float[w.length];
      float[] dx = new float[x.length];
      for (int i = 0; i < x.length; i++) {
        float f = factor(context, positions, i);
        dw[i % w.length] += dy[i] * x[i] * f;
        dx[i] = dy[i] + dy[i] * w[i % w.length] * f;
      }
      contribute(gradients, layers.get(l), dw);
      dy = dx;
    }
    kept.inputs = new ArrayList<>();
    if (embedding.isPresent()) {
      contribute(gradients, embedding.get(), scattered(in.toFloats(), dy));
    }
    Tensor unused = dIn.set(dy);
  }

  private static float[] scattered(float[] ids, float[] dx) {
    float[] d = new float[ToyModel.VOCABULARY * ToyModel.HIDDEN];
    for (int i = 0; i < dx.length; i++) {
      d[entry(ids, i)] += dx[i];
    }
    return d;
  }

  /** Where the table has element i of the embedded tokens. */
  private static int entry(float[] ids, int i) {
    int id = (int) ids[i / ToyModel.HIDDEN];
    return id * ToyModel.HIDDEN + i % ToyModel.HIDDEN;
  }

  private static void contribute(Gradients gradients, Weight weight, float[] d) {
    gradients.contribute(
        weight,
        (gradient, accumulate) -> {
          float[] sum = gradient.toFloats();
          for (int i = 0; i < d.length; i++) {
            sum[i] = accumulate ? sum[i] + d[i] : d[i];
          }
          Tensor unused = gradient.set(sum);
        });
  }

  @Override
  public double lossAndGradient(
      Tensor hiddenTH, long[] labels, double scale, Tensor dHiddenTH, Gradients gradients) {
    log.add("head", chunk);
    float[] h = hiddenTH.toFloats();
    float[] w = top.orElseThrow().value().toFloats();
    float[] dh = new float[h.length];
    float[] dw = new float[w.length];
    double loss = 0;
    for (int i = 0; i < h.length; i++) {
      float error = h[i] * w[i % w.length] - labels[i / ToyModel.HIDDEN];
      loss += error * error / 2;
      float de = (float) (error * scale);
      dh[i] = de * w[i % w.length];
      dw[i % w.length] += de * h[i];
    }
    contribute(gradients, top.get(), dw);
    Tensor unused = dHiddenTH.set(dh);
    return loss;
  }

  @Override
  public double loss(Tensor hiddenTH, long[] labels) {
    throw new UnsupportedOperationException("trains");
  }

  @Override
  public void logits(Tensor hiddenTH, Tensor logitsTV) {
    throw new UnsupportedOperationException("trains");
  }

  @Override
  public long logitBytes() {
    return 0;
  }

  @Override
  public long hiddenSize() {
    return ToyModel.HIDDEN;
  }

  @Override
  public Optional<LossHead> head() {
    return top.isPresent() ? Optional.of(this) : Optional.empty();
  }

  @Override
  public List<Weight> weights() {
    List<Weight> weights = new ArrayList<>();
    embedding.ifPresent(weights::add);
    weights.addAll(layers);
    top.ifPresent(weights::add);
    return weights;
  }
}
