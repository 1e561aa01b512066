// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.checkpoint.safetensors.ShardedWriter;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes the weights of one format in another, tensor by tensor: of the model no more is in memory
 * than its largest tensor. Values are kept bit for bit unless another type is asked for, rounding
 * to the nearest, ties to even. {@code config.json} is written with the weights, and the files of
 * the tokenizer are copied along.
 *
 * <p>The output folder appears complete or not at all.
 */
public final class WeightConversion {
  private final WeightFolder input;
  private final ConversionTarget target;
  private final Arena arena;

  /**
   * What was written.
   *
   * @param tensors how many, in the names of Hugging Face
   * @param parameters their elements
   * @param bytes what they take, each counted once
   */
  public record Summary(int tensors, long parameters, long bytes) {}

  /**
   * A conversion.
   *
   * @param arena gives memory for the largest tensor
   */
  public WeightConversion(WeightFolder input, ConversionTarget target, Arena arena) {
    this.input = input;
    this.target = target;
    this.arena = new AnyTypeArena(arena);
  }

  /** Whether a folder can be written: it is absent or empty. */
  public static boolean isFree(Path output) {
    return NewFolder.isFree(output);
  }

  /**
   * Converts.
   *
   * @param output absent or empty
   * @throws dev.loam.checkpoint.CheckpointException if the weights are not those of the model,
   *     cannot be read, or the output cannot be written
   */
  public Summary run(Path output) {
    return run(output, folder -> {});
  }

  /**
   * Converts, and has more files written into the folder before it appears under its name.
   *
   * @param more is given the folder, complete but for what it adds
   */
  public Summary run(Path output, Consumer<Path> more) {
    Map<String, Shape> tensors = ModelTensors.check(input.weights(), input.config());
    NewFolder.write(
        output,
        folder -> {
          write(folder, tensors);
          CompanionFiles.copy(input.companions(), folder);
          more.accept(folder);
        });
    long parameters = 0;
    long bytes = 0;
    for (Map.Entry<String, Shape> tensor : tensors.entrySet()) {
      long elements = tensor.getValue().elements();
      parameters += elements;
      bytes += elements * type(tensor.getKey()).bits() / 8;
    }
    return new Summary(tensors.size(), parameters, bytes);
  }

  private void write(Path folder, Map<String, Shape> tensors) {
    TensorSource weights = input.weights();
    Qwen3Config config = input.config();
    switch (target.format()) {
      case HUGGING_FACE -> writeHuggingFace(folder, tensors);
      case LOAM -> new LoamWriter(weights, target.dtype(), arena).write(folder, tensors, config);
      case MINDFORMERS -> MindFormersWeights.write(folder, weights, config, target.dtype(), arena);
      case MEGATRON -> writeMegatron(folder);
    }
  }

  private void writeMegatron(Path folder) {
    MegatronWeights.write(
        folder,
        input.weights(),
        input.config(),
        target.tensorParallel(),
        target.pipelineStages(),
        target.dtype(),
        arena);
    if (!Files.exists(folder.resolve(ConfigFile.NAME))) {
      writeConfig(folder);
    }
  }

  private void writeHuggingFace(Path folder, Map<String, Shape> tensors) {
    ConversionMemory memory = new ConversionMemory(arena);
    List<NamedTensor> named = new ArrayList<>();
    tensors.forEach(
        (name, shape) -> {
          DType inMemory = WeightTypes.memory(List.of(input.weights().type(name)), type(name));
          memory.plan(inMemory, shape);
          named.add(
              NamedTensor.deferred(
                  name, type(name), shape, inMemory, () -> values(memory, name, shape, inMemory)));
        });
    ShardedWriter.write(folder, named, ShardSize.DEFAULT);
    writeConfig(folder);
  }

  private Tensor values(ConversionMemory memory, String name, Shape shape, DType dtype) {
    Tensor values = memory.take(dtype, shape);
    input.weights().read(name, Slice.whole(shape), values);
    return values;
  }

  private void writeConfig(Path folder) {
    String dtype = WeightTypes.huggingFaceName(type(ModelTensors.EMBEDDING));
    input.config().write(folder.resolve(ConfigFile.NAME), dtype);
  }

  private SafetensorsType type(String tensor) {
    return target.dtype().orElseGet(() -> input.weights().type(tensor));
  }
}
