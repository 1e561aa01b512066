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
import java.util.List;
import java.util.Optional;

/** A part between others of which this rank has every other token; writes down what it is given. */
record HalvedPart(List<String> events) implements ModelPart {
  private record Kept(int maxTokens) implements Activations {}

  @Override
  public Activations newActivations(Arena arena, int maxTokens) {
    return new Kept(maxTokens);
  }

  @Override
  public Activations newInferenceActivations(Arena arena, int maxTokens) {
    throw new UnsupportedOperationException("trains");
  }

  @Override
  public void forward(Tensor in, Activations activations, Context context, Tensor out) {
    note("forward", in, out, context);
  }

  @Override
  public void backward(
      Tensor dOut,
      Tensor in,
      Activations activations,
      Context context,
      Tensor dIn,
      Gradients gradients) {
    note("backward", dOut, dIn, context);
  }

  private void note(String pass, Tensor from, Tensor to, Context context) {
    if (!from.shape().equals(to.shape()) || residualRows(context.tokens()) != from.size(0)) {
      throw new AssertionError(from + " and " + to + " of " + context.tokens() + " tokens");
    }
    events.add(pass + " " + from.shape());
  }

  @Override
  public long hiddenSize() {
    return 2;
  }

  @Override
  public long residualRows(long tokens) {
    return tokens / 2;
  }

  @Override
  public Optional<LossHead> head() {
    return Optional.empty();
  }

  @Override
  public List<Weight> weights() {
    return List.of();
  }
}
