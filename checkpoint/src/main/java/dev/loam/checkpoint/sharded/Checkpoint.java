// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.Text;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An open checkpoint, read without regard to how many ranks wrote it. Names are global; moments are
 * named {@code adam_m.} or {@code adam_v.} and the parameter, as their writer chose. Whatever is
 * read is compared with the digests of the manifest first, block by block.
 *
 * <p>Used by one thread at a time; several threads open the checkpoint several times.
 */
public final class Checkpoint implements TensorSource {
  private final Path path;
  private final Manifest manifest;
  private final CheckpointFiles files;
  private final Map<String, StoredTensor> weights;
  private final Map<String, StoredTensor> moments;
  private final Map<String, StoredTensor> all = new LinkedHashMap<>();

  private Checkpoint(Path path, Manifest manifest, CheckpointFiles files) {
    this.path = path;
    this.manifest = manifest;
    this.files = files;
    TensorTable table = new TensorTable(path);
    this.weights = table.read(files.byName(), FileNames.Kind.WEIGHTS);
    this.moments = table.read(files.byName(), FileNames.Kind.MOMENTS);
    all.putAll(weights);
    moments.forEach(
        (name, tensor) -> {
          if (all.put(name, tensor) != null) {
            throw Damage.at(path, Text.quote(name) + " is both a weight and a moment");
          }
        });
  }

  /**
   * Opens a checkpoint: checks the manifest, the sizes of all files, their headers, and that boxes
   * cover their tensors. Tensors are not read.
   *
   * @param folder such as {@code iteration_00001200}
   * @throws CheckpointException if it is incomplete, damaged, hostile, or of a newer version
   */
  public static Checkpoint open(Path folder) {
    Manifest manifest = Manifest.read(folder);
    CheckpointFiles files = CheckpointFiles.open(folder, manifest);
    try {
      return new Checkpoint(folder, manifest, files);
    } catch (RuntimeException | Error e) {
      files.close();
      throw e;
    }
  }

  /** Its folder. */
  public Path path() {
    return path;
  }

  @Override
  public String description() {
    return path.toString();
  }

  /** The step after which it was saved. */
  public long step() {
    return manifest.step();
  }

  /** What the trainer stored beside tensors, unknown keys included. */
  public Map<String, String> state() {
    return manifest.state();
  }

  /**
   * The contents of a text that was saved along.
   *
   * @param fileName such as {@code config.json}
   * @return nothing if there is no such text
   * @throws CheckpointException if it is damaged
   */
  public Optional<String> text(String fileName) {
    CheckedFile file = files.byName().get(fileName);
    if (file == null || !FileNames.isText(fileName)) {
      return Optional.empty();
    }
    if (file.size() > FileNames.MAX_TEXT) {
      throw Damage.at(
          file.path(), "is " + file.size() + " bytes long, the limit is " + FileNames.MAX_TEXT);
    }
    byte[] bytes = new byte[(int) file.size()];
    file.read(ByteBuffer.wrap(bytes), 0);
    return Optional.of(new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * Reads all files and compares them with their digests.
   *
   * @throws CheckpointException naming the file and block that is damaged
   */
  public void verify() {
    files.verify();
  }

  /** The names of the weights. */
  public Set<String> weights() {
    return Collections.unmodifiableSet(weights.keySet());
  }

  /** The names of the moments. */
  public Set<String> moments() {
    return Collections.unmodifiableSet(moments.keySet());
  }

  /** The names of the weights, then those of the moments. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(all.keySet());
  }

  @Override
  public Shape shape(String name) {
    return tensor(name).shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return tensor(name).type();
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    StoredTensor tensor = tensor(name);
    if (!tensor.contains(slice) || !destination.shape().equals(slice.shape())) {
      throw new CheckpointException(
          path
              + ": tensor "
              + Text.quote(name)
              + " of shape "
              + tensor.shape()
              + " has no slice of shape "
              + slice.shape()
              + " at "
              + slice.start()
              + " for a destination of shape "
              + destination.shape()
              + "; check that the checkpoint belongs to this model");
    }
    tensor.read(slice, destination);
  }

  private StoredTensor tensor(String name) {
    StoredTensor tensor = all.get(name);
    if (tensor == null) {
      throw new CheckpointException(
          path
              + ": holds no tensor "
              + Text.quote(name)
              + " among its "
              + all.size()
              + "; check that the checkpoint belongs to this model");
    }
    return tensor;
  }

  @Override
  public void close() {
    files.close();
  }
}
