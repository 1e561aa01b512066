// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.model.ParameterCatalog.Division;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights in the files of all ranks of MindSpore Transformers as whole tensors, each out of the
 * parts that tensor-parallel ranks have of it.
 */
final class RankWeights implements TensorSource {
  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, Parts> tensors;

  /**
   * A tensor and where it is.
   *
   * @param files one that has all of it, or one for each tensor-parallel rank
   */
  record Parts(MindFormersTensor tensor, List<SafetensorsFile> files) {}

  private RankWeights(Path folder, List<SafetensorsFile> files, Map<String, Parts> tensors) {
    this.folder = folder;
    this.files = files;
    this.tensors = tensors;
  }

  /** Opens the files of the newest step that all ranks have, and finds out who has what. */
  static RankWeights open(Path folder, MindFormersNames names) {
    List<SafetensorsFile> files = OpenFiles.open(RankFolders.newest(folder));
    try {
      return new RankWeights(folder, files, new RankParts(folder, files, names).find());
    } catch (RuntimeException | Error e) {
      OpenFiles.close(files);
      throw e;
    }
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  @Override
  public Shape shape(String name) {
    return parts(name).tensor().shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return parts(name).files().get(0).entry(name).type();
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    Parts parts = parts(name);
    int count = parts.files().size();
    if (count == 1) {
      parts.files().get(0).readSlice(name, slice, destination);
      return;
    }
    int divided = parts.tensor().division() == Division.ROWS ? 0 : 1;
    long each = parts.tensor().shape().size(divided) / count;
    long start = slice.start().size(divided);
    long end = start + slice.shape().size(divided);
    for (int t = 0; t < count; t++) {
      long from = Math.max(start, t * each);
      long to = Math.min(end, (t + 1) * each);
      if (from < to) {
        Slice local = along(slice, divided, from - t * each, to - from);
        Tensor target = destination.narrow(divided, from - start, to - from);
        parts.files().get(t).readSlice(name, local, target);
      }
    }
  }

  private static Slice along(Slice slice, int dimension, long start, long length) {
    long[] starts = slice.start().toArray();
    long[] sizes = slice.shape().toArray();
    starts[dimension] = start;
    sizes[dimension] = length;
    return new Slice(Shape.of(starts), Shape.of(sizes));
  }

  private Parts parts(String name) {
    Parts parts = tensors.get(name);
    if (parts == null) {
      throw new CheckpointException(
          folder + ": holds no tensor '" + name + "'; check that it belongs to this model");
    }
    return parts;
  }

  @Override
  public void close() {
    OpenFiles.close(files);
  }
}
