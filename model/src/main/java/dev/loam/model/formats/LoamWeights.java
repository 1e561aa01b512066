// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.sharded.Checkpoint;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Set;

/** The weights of a checkpoint, without the moments of the optimizer. */
final class LoamWeights implements TensorSource {
  private final Checkpoint checkpoint;

  /** A view; closes the checkpoint when closed. */
  LoamWeights(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  @Override
  public String description() {
    return checkpoint.description();
  }

  @Override
  public Set<String> names() {
    return checkpoint.weights();
  }

  @Override
  public Shape shape(String name) {
    return checkpoint.shape(name);
  }

  @Override
  public SafetensorsType type(String name) {
    return checkpoint.type(name);
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    checkpoint.read(name, slice, destination);
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
