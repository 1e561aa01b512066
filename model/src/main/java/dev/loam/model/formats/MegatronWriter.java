// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.CheckpointException;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.AtomicFile;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.torch.TorchScalar;
import dev.loam.checkpoint.torch.TorchWriter;
import dev.loam.model.Qwen3Config;
import dev.loam.parallel.Layout;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Writes the files of all ranks, one after the other, each tensor just when its turn comes. */
final class MegatronWriter {
  private static final int ITERATION = 1;

  private final TensorSource weights;
  private final Qwen3Config config;
  private final Layout layout;
  private final Optional<SafetensorsType> dtype;
  private final Arena arena;
  private final Map<DType, Tensor> scratch = new EnumMap<>(DType.class);

  MegatronWriter(
      TensorSource weights,
      Qwen3Config config,
      Layout layout,
      Optional<SafetensorsType> dtype,
      Arena arena) {
    this.weights = weights;
    this.config = config;
    this.layout = layout;
    this.dtype = dtype;
    this.arena = arena;
  }

  void write(Path folder) {
    check(folder);
    NewFolder.write(
        folder.resolve(MegatronFolder.iteration(ITERATION)),
        iteration -> {
          for (int stage = 0; stage < layout.pipelineStages(); stage++) {
            for (int rank = 0; rank < layout.tensorParallel(); rank++) {
              write(iteration, new MegatronFolder.Place(stage, rank));
            }
          }
        });
    ByteBuffer latest =
        ByteBuffer.wrap(Integer.toString(ITERATION).getBytes(StandardCharsets.US_ASCII));
    AtomicFile.write(
        folder.resolve(MegatronFolder.LATEST),
        latest.remaining(),
        channel -> AtomicFile.writeFully(channel, latest));
  }

  private void check(Path folder) {
    Problems problems = new Problems(folder.toString());
    layout
        .problems(config.shape(), layout.tensorParallel() * layout.pipelineStages())
        .forEach(problems::add);
    problems.report("choose another number of ranks");
    ModelTensors.check(weights, config);
  }

  private void write(Path iteration, MegatronFolder.Place place) {
    int stages = layout.pipelineStages();
    List<NamedTensor> tensors = stateDict(place).stream().map(this::deferred).toList();
    Map<String, TorchScalar> values = new LinkedHashMap<>();
    values.put("checkpoint_version", new TorchScalar.Real(MegatronFile.VERSION));
    values.put("iteration", new TorchScalar.Int(ITERATION));
    Path folder = iteration.resolve(MegatronFolder.rankFolder(place, stages));
    create(folder);
    TorchWriter.write(folder.resolve(MegatronFolder.FILE), Map.of("model", tensors), values);
  }

  private List<MegatronTensor> stateDict(MegatronFolder.Place place) {
    return MegatronLayout.of(config, layout.tensorParallel())
        .stateDict(
            place.rank(),
            layout.layers(place.stage(), 0, config.layers()),
            place.stage() == 0,
            place.stage() == layout.pipelineStages() - 1);
  }

  private static void create(Path folder) {
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be created: " + e, e);
    }
  }

  private NamedTensor deferred(MegatronTensor tensor) {
    List<SafetensorsType> types = tensor.sources().stream().map(weights::type).toList();
    SafetensorsType type = dtype.orElseGet(() -> WeightTypes.common(types));
    DType memory = WeightTypes.memory(types, type);
    return NamedTensor.deferred(
        tensor.name(), type, tensor.shape(), memory, () -> assemble(tensor, memory));
  }

  private Tensor assemble(MegatronTensor tensor, DType memory) {
    Tensor whole = scratch(tensor, memory);
    for (MegatronTensor.Box box : tensor.boxes()) {
      weights.read(box.source(), box.slice(), whole.rows(box.row(), box.slice().shape().size(0)));
    }
    tensor
        .padding()
        .ifPresent(
            pad -> {
              for (long row = pad.row(); row < whole.size(0); row++) {
                weights.read(pad.source(), pad.slice(), whole.rows(row, 1));
              }
            });
    return whole;
  }

  /**
   * The same memory for all tensors, since a writer is done with one before it asks for the next.
   */
  private Tensor scratch(MegatronTensor tensor, DType memory) {
    long elements = tensor.shape().elements();
    return scratch
        .computeIfAbsent(memory, type -> arena.allocate(type, largest(type)))
        .rows(0, elements)
        .view(tensor.shape().toArray());
  }

  /** The elements of the largest tensor that comes in a type. */
  private long largest(DType memory) {
    return IntStream.range(0, layout.pipelineStages())
        .mapToObj(stage -> stateDict(new MegatronFolder.Place(stage, 0)))
        .flatMap(List::stream)
        .map(this::deferred)
        .filter(tensor -> tensor.dtype() == memory)
        .mapToLong(tensor -> tensor.shape().elements())
        .max()
        .orElse(0);
  }
}
