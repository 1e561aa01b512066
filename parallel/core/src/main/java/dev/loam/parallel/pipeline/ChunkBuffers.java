// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.pipeline;

import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Activations;
import dev.loam.tensor.part.ModelPart;
import java.util.ArrayList;
import java.util.List;

/** What a chunk keeps of its micro batches in flight; allocated once and used in turn. */
final class ChunkBuffers {
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();

  private record Slot(Activations activations, Tensor positions, Buffer out, Buffer dOut) {}

  /**
   * Allocates.
   *
   * @param maxTokens the most tokens of a micro batch
   */
  ChunkBuffers(StagePlan plan, int chunk, ModelPart part, int maxTokens, Arena arena, DType dtype) {
    int inFlight = plan.maxInFlight(chunk);
    long rows = part.residualRows(maxTokens);
    boolean last = plan.isLast(chunk);
    int gradients = last ? 1 : inFlight;
    List<Buffer> dOuts = new ArrayList<>();
    for (int i = 0; i < gradients; i++) {
      dOuts.add(new Buffer(arena.allocate(dtype, rows, part.hiddenSize())));
    }
    for (int i = 0; i < inFlight; i++) {
      slots.add(
          new Slot(
              part.newActivations(arena, maxTokens),
              arena.allocate(DType.I64, maxTokens),
              new Buffer(arena.allocate(dtype, rows, part.hiddenSize())),
              dOuts.get(i % gradients)));
    }
    boolean first = plan.isFirst(chunk);
    int received = Math.min(inFlight + 1, plan.microBatches());
    for (int i = 0; i < (first ? inFlight : received); i++) {
      inputs.add(
          new Buffer(
              first
                  ? arena.allocate(DType.I64, maxTokens)
                  : arena.allocate(dtype, rows, part.hiddenSize())));
    }
  }

  /** The number of input buffers. */
  int inputs() {
    return inputs.size();
  }

  Buffer input(int microBatch) {
    return inputs.get(microBatch % inputs.size());
  }

  Activations activations(int microBatch) {
    return slot(microBatch).activations();
  }

  Tensor positions(int microBatch) {
    return slot(microBatch).positions();
  }

  Buffer out(int microBatch) {
    return slot(microBatch).out();
  }

  /** The gradient of the output; on the last virtual stage there is one for all. */
  Buffer dOut(int microBatch) {
    return slot(microBatch).dOut();
  }

  private Slot slot(int microBatch) {
    return slots.get(microBatch % slots.size());
  }
}
