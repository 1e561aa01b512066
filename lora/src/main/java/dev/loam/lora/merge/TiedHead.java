// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.LinkedHashSet;
import java.util.Set;

/** Weights of a tied model, which have the embedding once more as the head. */
final class TiedHead implements TensorSource {
  static final String HEAD = "lm_head.weight";
  private static final String EMBEDDING = LowRankMatrix.EMBEDDING + ".weight";

  private final TensorSource source;

  TiedHead(TensorSource source) {
    this.source = source;
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>(source.names());
    names.add(HEAD);
    return names;
  }

  @Override
  public Shape shape(String name) {
    return source.shape(stored(name));
  }

  @Override
  public SafetensorsType type(String name) {
    return source.type(stored(name));
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    source.read(stored(name), slice, destination);
  }

  private static String stored(String name) {
    return name.equals(HEAD) ? EMBEDDING : name;
  }

  @Override
  public void close() {
    source.close();
  }
}
