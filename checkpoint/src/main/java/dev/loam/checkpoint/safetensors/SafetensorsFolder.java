// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.TensorSource;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a Hugging Face model folder: {@code model.safetensors}, or the files that {@code
 * model.safetensors.index.json} lists; where both exist, the first, as in Transformers. Index and
 * files must agree: a tensor in another file than the index says, in none or in two, or a wrong
 * {@code total_size} is refused, all problems in one message. An index can name files of its own
 * folder only.
 *
 * <p>Several threads may read at once, into different tensors.
 */
public final class SafetensorsFolder implements TensorSource {
  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> byName = new LinkedHashMap<>();

  private SafetensorsFolder(Path folder, List<SafetensorsFile> files) {
    this.folder = folder;
    this.files = files;
    for (SafetensorsFile file : files) {
      file.entries().keySet().forEach(name -> byName.put(name, file));
    }
  }

  /**
   * Opens all files of a folder, with the default limits.
   *
   * @throws SafetensorsException if there are no weights, or files break a rule
   * @throws dev.loam.checkpoint.CheckpointException if a file cannot be read
   */
  public static SafetensorsFolder open(Path folder) {
    return open(folder, SafetensorsLimits.DEFAULT);
  }

  /** Opens all files of a folder, within the given limits. */
  public static SafetensorsFolder open(Path folder, SafetensorsLimits limits) {
    Path single = folder.resolve(ModelFiles.SINGLE);
    if (Files.exists(single)) {
      return new SafetensorsFolder(folder, List.of(SafetensorsFile.open(single, limits)));
    }
    Path index = folder.resolve(ModelFiles.INDEX);
    if (Files.exists(index)) {
      return new SafetensorsFolder(
          folder, new ShardOpener(folder, ShardIndex.read(index, limits), limits).open());
    }
    throw new SafetensorsException(
        folder,
        "holds neither " + ModelFiles.SINGLE + " nor " + ModelFiles.INDEX,
        "name the folder of a downloaded or exported model");
  }

  /** Where the folder is. */
  public Path path() {
    return folder;
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public Shape shape(String name) {
    return entry(name).shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return entry(name).type();
  }

  /** The names of all tensors, file by file. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  /**
   * What is known of a tensor; its position is that in its own file.
   *
   * @throws SafetensorsException if there is no such tensor
   */
  public TensorEntry entry(String name) {
    return file(name).entry(name);
  }

  /** Reads a whole tensor, as {@link SafetensorsFile#read} does. */
  public void read(String name, Tensor destination) {
    file(name).read(name, destination);
  }

  /** Reads rows of a tensor, as {@link SafetensorsFile#readRows} does. */
  public void readRows(String name, long firstRow, long rows, Tensor destination) {
    file(name).readRows(name, firstRow, rows, destination);
  }

  /** Reads a box of a vector or a matrix, as {@link SafetensorsFile#readSlice} does. */
  @Override
  public void read(String name, Slice slice, Tensor destination) {
    file(name).readSlice(name, slice, destination);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = byName.get(name);
    if (file == null) {
      throw new SafetensorsException(
          folder,
          "holds no tensor " + Text.quote(name) + " among its " + byName.size(),
          "check that the folder belongs to this model");
    }
    return file;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
