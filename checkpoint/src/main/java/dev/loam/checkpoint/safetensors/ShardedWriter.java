// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.safetensors;

import dev.loam.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes the weights of a Hugging Face model folder: {@code model.safetensors} if all fits one
 * file, else {@code model-00001-of-00002.safetensors} and so on with {@code
 * model.safetensors.index.json}, as {@code save_pretrained} does. The index is written last, and
 * weight files of an earlier model in the folder are deleted after that. Each file appears whole or
 * not at all, the folder as a whole does not: to publish one atomically, write a new folder and
 * rename it.
 *
 * <p>Files are written one after the other, and each tensor is asked for once, just before it is
 * written, see {@link #order}.
 */
public final class ShardedWriter {
  private ShardedWriter() {}

  /**
   * Writes a model.
   *
   * @param folder where to; created if absent
   * @param tensors in the model's order, which decides what shares a file
   * @param maximum the most data in one file
   * @throws IllegalArgumentException if two tensors have the same name
   * @throws IllegalStateException if a deferred tensor is not what was announced
   * @throws CheckpointException if the disk is too full or writing fails
   */
  public static void write(Path folder, List<NamedTensor> tensors, ShardSize maximum) {
    Map<String, String> files = new TreeMap<>(Text.BY_CODE_POINT);
    Map<String, List<NamedTensor>> plan = ShardPlan.of(tensors, maximum);
    plan.forEach(
        (file, shard) -> {
          for (NamedTensor tensor : shard) {
            if (files.put(tensor.name(), file) != null) {
              throw new IllegalArgumentException(
                  "two tensors are named " + Text.quote(tensor.name()));
            }
          }
        });
    create(folder);
    AtomicFile.requireSpace(
        folder, folder, tensors.stream().mapToLong(NamedTensor::bytes).reduce(0, Math::addExact));
    plan.forEach(
        (file, shard) ->
            SafetensorsWriter.write(folder.resolve(file), shard, SafetensorsWriter.PYTORCH));
    Set<String> current = new HashSet<>(plan.keySet());
    if (plan.size() > 1) {
      writeIndex(folder.resolve(ModelFiles.INDEX), tensors, files);
      current.add(ModelFiles.INDEX);
    }
    ModelFiles.deleteOthers(folder, current);
  }

  /**
   * The names of tensors in the order in which {@link #write} asks for their values, once each:
   * file by file, and within a file as {@link SafetensorsWriter#order} says. It depends on the
   * arguments alone, so that whoever sends values to the writer knows when they are due.
   */
  public static List<String> order(List<NamedTensor> tensors, ShardSize maximum) {
    return ShardPlan.of(tensors, maximum).values().stream()
        .flatMap(shard -> SafetensorsWriter.order(shard).stream())
        .toList();
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be created: " + e, e);
    }
  }

  private static void writeIndex(Path file, List<NamedTensor> tensors, Map<String, String> files) {
    long parameters = tensors.stream().mapToLong(t -> t.shape().elements()).sum();
    long bytes = tensors.stream().mapToLong(NamedTensor::bytes).sum();
    StringBuilder json = new StringBuilder("{\n  \"metadata\": {\n    \"total_parameters\": ");
    json.append(parameters).append(",\n    \"total_size\": ").append(bytes);
    json.append("\n  },\n  \"weight_map\": {");
    String separator = "\n    ";
    for (Map.Entry<String, String> tensor : files.entrySet()) {
      Text.appendJson(json.append(separator), tensor.getKey(), true);
      Text.appendJson(json.append(": "), tensor.getValue(), true);
      separator = ",\n    ";
    }
    ByteBuffer text =
        ByteBuffer.wrap(json.append("\n  }\n}\n").toString().getBytes(StandardCharsets.UTF_8));
    AtomicFile.write(file, text.remaining(), channel -> AtomicFile.writeFully(channel, text));
  }
}
