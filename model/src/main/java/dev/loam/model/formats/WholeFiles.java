// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import com.fasterxml.jackson.databind.JsonNode;
import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights in safetensors files that hold whole tensors, under the names of MindSpore
 * Transformers: all files of a folder, of which {@code param_name_map.json} may say what is where.
 * Moments and counts of the optimizer are passed over.
 */
final class WholeFiles implements TensorSource {
  static final String MAP = "param_name_map.json";
  static final String SUFFIX = ".safetensors";
  private static final long MAP_BYTES = 64L << 20;

  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> byName = new LinkedHashMap<>();

  private WholeFiles(Path folder, List<SafetensorsFile> files) {
    this.folder = folder;
    this.files = files;
  }

  /** Opens all files of a folder and compares them with its map. */
  static WholeFiles open(Path folder) {
    List<Path> paths = Folders.files(folder, SUFFIX);
    requireInside(folder, paths);
    WholeFiles opened = new WholeFiles(folder, OpenFiles.open(paths));
    try {
      opened.index();
      return opened;
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private static void requireInside(Path folder, List<Path> paths) {
    try {
      Path real = folder.toRealPath();
      for (Path path : paths) {
        if (!path.toRealPath().startsWith(real)) {
          throw new CheckpointException(
              path + ": is a link to " + path.toRealPath() + ", outside the folder; copy the file");
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be examined: " + e, e);
    }
  }

  private void index() {
    Problems problems = new Problems(folder.toString());
    for (SafetensorsFile file : files) {
      for (String name : file.entries().keySet()) {
        if (MindFormersNames.isWeight(name) && byName.put(name, file) != null) {
          problems.add("tensor '" + name + "' is in two files, once in " + file.path());
        }
      }
    }
    Path map = folder.resolve(MAP);
    if (Files.exists(map)) {
      compare(map, problems);
    }
    problems.report("merge or export the weights again");
  }

  /** The map lists files of its own folder only, and rightly. */
  private void compare(Path map, Problems problems) {
    JsonNode root = JsonFile.readObject(map, MAP_BYTES);
    JsonNode names = root.path("weight_map").isObject() ? root.path("weight_map") : root;
    List<String> known = new ArrayList<>();
    files.forEach(file -> known.add(Folders.name(file.path())));
    for (Map.Entry<String, JsonNode> tensor : names.properties()) {
      String stated = tensor.getValue().asText();
      SafetensorsFile actual = byName.get(tensor.getKey());
      if (!tensor.getValue().isTextual() || !known.contains(stated)) {
        problems.add(
            "%s gives tensor '%s' the value %s, not the name of a %s file in its own folder"
                .formatted(MAP, tensor.getKey(), tensor.getValue(), SUFFIX));
      } else if (MindFormersNames.isWeight(tensor.getKey())
          && (actual == null || !Folders.name(actual.path()).equals(stated))) {
        problems.add(
            "tensor '%s' is not in %s, where %s says it is"
                .formatted(tensor.getKey(), stated, MAP));
      }
    }
  }

  @Override
  public String description() {
    return folder.toString();
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  @Override
  public Shape shape(String name) {
    return file(name).entry(name).shape();
  }

  @Override
  public SafetensorsType type(String name) {
    return file(name).entry(name).type();
  }

  @Override
  public void read(String name, Slice slice, Tensor destination) {
    file(name).readSlice(name, slice, destination);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = byName.get(name);
    if (file == null) {
      throw new CheckpointException(
          folder + ": holds no tensor '" + name + "'; check that it belongs to this model");
    }
    return file;
  }

  @Override
  public void close() {
    OpenFiles.close(files);
  }
}
