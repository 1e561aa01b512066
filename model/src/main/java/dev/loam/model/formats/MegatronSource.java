// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.checkpoint.torch.TorchFile;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of an open Megatron checkpoint under the names of Hugging Face. Several threads may
 * read at once, into different tensors.
 */
final class MegatronSource implements TensorSource {
  private final Path folder;
  private final List<TorchFile> files;
  private final Map<String, Parameter> parameters;

  /**
   * A tensor of Hugging Face.
   *
   * @param pieces boxes that cover it exactly
   */
  record Parameter(Shape shape, List<MegatronPiece> pieces) {}

  MegatronSource(Path folder, List<TorchFile> files, Map<String, Parameter> parameters) {
    this.folder = folder;
    this.files = files;
    this.parameters = parameters;
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(parameters.keySet());
  }

  @Override
  public Shape shape(String name) {
    return parameter(name).shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return parameter(name).pieces().get(0).tensor().type();
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    Parameter parameter = parameter(name);
    requireInside(name, parameter.shape(), slice, destination);
    for (MegatronPiece piece : parameter.pieces()) {
      piece.read(slice, destination);
    }
  }

  private void requireInside(String name, Shape shape, Slice slice, Tensor destination) {
    boolean inside = shape.rank() == slice.shape().rank();
    for (int d = 0; inside && d < shape.rank(); d++) {
      inside = slice.shape().size(d) <= shape.size(d) - slice.start().size(d);
    }
    if (!inside || !destination.shape().equals(slice.shape())) {
      throw new CheckpointException(
          "%s: tensor %s of shape %s has no slice of shape %s at %s to fill %s; check that the folder belongs to this model"
              .formatted(folder, name, shape, slice.shape(), slice.start(), destination.shape()));
    }
  }

  private Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new CheckpointException(
          "%s: holds no tensor %s among its %d; check that the folder belongs to this model"
              .formatted(folder, Text.quote(name), parameters.size()));
    }
    return parameter;
  }

  @Override
  public void close() {
    files.forEach(TorchFile::close);
  }
}
