// SPDX-License-Identifier: Apache-2.0
package dev.loam.cli;

import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.lora.peft.PeftTensors;
import dev.loam.model.Qwen3Model;
import dev.loam.parallel.ForwardPass;
import dev.loam.parallel.StepClock;
import dev.loam.parallel.pipeline.Pipeline;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Gradients;
import dev.loam.tensor.part.MicroBatch;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One micro batch through a model, and the file that says what came of it. */
final class ModelPass {
  private final ComputeLease lease;
  private final Qwen3Model model;
  private final MicroBatch batch;
  private final int rows;

  ModelPass(LoadedModel loaded, MicroBatch batch, int rows) {
    this.lease = loaded.lease();
    this.model = loaded.model();
    this.batch = batch;
    this.rows = rows;
  }

  /**
   * Writes {@code logits} [rows, T, V] and, where asked for, the mean {@code loss} and {@code
   * grad.NAME} of every parameter.
   */
  void write(Path file, boolean withLoss, boolean withGradients) {
    lease.run(
        () -> {
          try (Arena arena = lease.newArena(Device.cpu())) {
            List<NamedTensor> tensors = tensors(arena, withLoss, withGradients);
            SafetensorsWriter.write(file, tensors, SafetensorsWriter.PYTORCH);
          }
        });
  }

  private List<NamedTensor> tensors(Arena arena, boolean withLoss, boolean withGradients) {
    ForwardPass pass = new ForwardPass(lease, arena, model.part(), batch.tokens());
    List<NamedTensor> tensors = new ArrayList<>();
    tensors.add(NamedTensor.of("logits", logits(arena, pass)));
    if (withGradients) {
      Gradients gradients = new Gradients(arena, model.part().weights());
      gradients.begin(1);
      Pipeline pipeline =
          Pipeline.single(1, model.part(), lease, arena, batch.tokens(), StepClock.none());
      double[] scales = {1.0 / batch.trainedTokens()};
      double loss = pipeline.run(List.of(batch), scales, gradients)[0];
      tensors.add(loss(arena, loss));
      addGradients(gradients, tensors);
    } else if (withLoss) {
      tensors.add(loss(arena, pass.loss(batch)));
    }
    return tensors;
  }

  private Tensor logits(Arena arena, ForwardPass pass) {
    int vocabulary = model.config().vocabSize();
    Tensor logitsTV = arena.allocate(lease.computeType(), batch.tokens(), vocabulary);
    model.part().head().orElseThrow().logits(pass.hidden(batch), logitsTV);
    return logitsTV.view(rows, batch.tokens() / rows, vocabulary);
  }

  /** In float64, since it is a sum over many tokens. */
  private NamedTensor loss(Arena arena, double summed) {
    Tensor mean = arena.allocate(DType.F64, 1).set(summed / batch.trainedTokens());
    return NamedTensor.of("loss", mean);
  }

  private static void addGradients(Gradients gradients, List<NamedTensor> tensors) {
    for (Weight weight : gradients.weights()) {
      for (Parameter parameter : weight.parameters()) {
        Tensor gradient = weight.partOf(gradients.of(weight), parameter);
        String name = parameter.name();
        tensors.add(
            NamedTensor.of("grad." + PeftTensors.name(name), PeftTensors.values(name, gradient)));
      }
    }
  }
}
