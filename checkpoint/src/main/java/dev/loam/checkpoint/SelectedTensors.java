// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Predicate;

/** Some of the tensors of a source. */
final class SelectedTensors implements TensorSource {
  private final TensorSource source;
  private final Set<String> names = new LinkedHashSet<>();

  SelectedTensors(TensorSource source, Predicate<String> selected) {
    this.source = source;
    source.names().stream().filter(selected).forEach(names::add);
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(names);
  }

  @Override
  public Shape shape(String name) {
    return source.shape(requireSelected(name));
  }

  @Override
  public SafetensorsType type(String name) {
    return source.type(requireSelected(name));
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    source.read(requireSelected(name), slice, destination);
  }

  private String requireSelected(String name) {
    if (!names.contains(name)) {
      throw new CheckpointException(
          source.description() + ": tensor '" + name + "' is not among those asked for");
    }
    return name;
  }

  @Override
  public void close() {
    source.close();
  }
}
