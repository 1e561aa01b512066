// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel;

import dev.loam.tensor.Arena;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.Context;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.LossHead;
import dev.loam.tensor.part.ModelPart;
import dev.loam.tensor.part.Weight;
import java.util.List;
import java.util.Optional;

/** Writes down what it is asked to do. */
record FakePart(List<String> calls, boolean withHead) implements ModelPart, LossHead {
  static final double LOSS = 2.5;

  private record FakeActivations(int maxTokens) implements Activations {}

  @Override
  public Activations newActivations(Arena arena, int maxTokens) {
    calls.add("activations " + maxTokens);
    return new FakeActivations(maxTokens);
  }

  @Override
  public Activations newInferenceActivations(Arena arena, int maxTokens) {
    calls.add("inference activations " + maxTokens);
    return new FakeActivations(maxTokens);
  }

  @Override
  public void forward(Tensor in, Activations activations, Context context, Tensor out) {
    calls.add("forward " + same(in, out) + (context.dropout().isPresent() ? " training" : ""));
  }

  @Override
  public void backward(
      Tensor dOut,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dIn,
      Gradients gradients) {
    calls.add("backward " + same(dOut, dIn));
  }

  @Override
  public double loss(Tensor hiddenTH, long[] labels) {
    calls.add("loss " + labels.length);
    return LOSS;
  }

  @Override
  public double lossAndGradient(
      Tensor hiddenTH, long[] labels, double scale, Tensor dHiddenTH, Gradients gradients) {
    calls.add("head " + same(hiddenTH, dHiddenTH) + " scale " + scale);
    return LOSS;
  }

  @Override
  public void logits(Tensor hiddenTH, Tensor logitsTV) {
    throw new UnsupportedOperationException("not part of a schedule");
  }

  @Override
  public long logitBytes() {
    return 0;
  }

  private static long same(Tensor a, Tensor b) {
    if (a.size(0) != b.size(0)) {
      throw new IllegalArgumentException(a + " and " + b);
    }
    return a.size(0);
  }

  @Override
  public long hiddenSize() {
    return 3;
  }

  @Override
  public Optional<LossHead> head() {
    return withHead ? Optional.of(this) : Optional.empty();
  }

  @Override
  public List<Weight> weights() {
    return List.of();
  }
}
