// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.loam.checkpoint.TensorSource;
import dev.loam.checkpoint.safetensors.NamedTensor;
import dev.loam.checkpoint.safetensors.SafetensorsType;
import dev.loam.checkpoint.safetensors.SafetensorsWriter;
import dev.loam.checkpoint.safetensors.ShardSize;
import dev.loam.model.ParameterCatalog;
import dev.loam.model.Qwen3Config;
import dev.loam.model.formats.MindFormersNames.Place;
import dev.loam.tensor.Arena;
import dev.loam.tensor.DType;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes weights as whole tensors of MindSpore Transformers, one after the other. */
final class MindFormersWriter {
  private static final Map<String, String> METADATA = Map.of("format", "ms");

  private final TensorSource weights;
  private final Qwen3Config config;
  private final Optional<SafetensorsType> dtype;
  private final ConversionMemory memory;

  /** A parameter and the rows that it becomes. */
  private record Piece(ParameterCatalog.Entry parameter, RowPattern rows) {}

  MindFormersWriter(
      TensorSource weights, Qwen3Config config, Optional<SafetensorsType> dtype, Arena arena) {
    this.weights = weights;
    this.config = config;
    this.dtype = dtype;
    this.memory = new ConversionMemory(new AnyTypeArena(arena));
  }

  void write(Path folder, ShardSize maximum) {
    List<NamedTensor> tensors = tensors();
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    map.putObject("metadata")
        .put("total_size", tensors.stream().mapToLong(NamedTensor::bytes).sum());
    ObjectNode files = map.putObject("weight_map");
    List<List<NamedTensor>> parts = parts(tensors, maximum);
    for (int i = 0; i < parts.size(); i++) {
      String file = "part" + i + WholeFiles.SUFFIX;
      SafetensorsWriter.write(folder.resolve(file), parts.get(i), METADATA);
      parts.get(i).forEach(tensor -> files.put(tensor.name(), file));
    }
    JsonFile.write(folder.resolve(WholeFiles.MAP), map);
    SafetensorsType type = tensors.get(0).type();
    config.write(folder.resolve("config.json"), WeightTypes.huggingFaceName(type));
  }

  /** In their order, filling file after file. */
  private static List<List<NamedTensor>> parts(List<NamedTensor> tensors, ShardSize maximum) {
    List<List<NamedTensor>> parts = new ArrayList<>();
    long room = 0;
    for (NamedTensor tensor : tensors) {
      if (parts.isEmpty() || tensor.bytes() > room) {
        parts.add(new ArrayList<>());
        room = maximum.bytes();
      }
      parts.get(parts.size() - 1).add(tensor);
      room -= tensor.bytes();
    }
    return parts;
  }

  private List<NamedTensor> tensors() {
    MindFormersNames names = new MindFormersNames(config);
    Map<MindFormersTensor, List<Piece>> pieces = new LinkedHashMap<>();
    for (ParameterCatalog.Entry entry : new ParameterCatalog(config).entries()) {
      Place place = names.places(entry.name()).get(0);
      pieces
          .computeIfAbsent(place.tensor(), t -> new ArrayList<>())
          .add(new Piece(entry, place.rows()));
    }
    List<NamedTensor> tensors = new ArrayList<>();
    pieces.forEach((tensor, parts) -> tensors.add(tensor(tensor, parts)));
    return tensors;
  }

  private NamedTensor tensor(MindFormersTensor tensor, List<Piece> pieces) {
    List<SafetensorsType> types =
        pieces.stream().map(piece -> weights.type(piece.parameter().name())).toList();
    SafetensorsType type = dtype.orElseGet(() -> WeightTypes.common(types));
    DType inMemory = WeightTypes.memory(types, type);
    memory.plan(inMemory, tensor.shape());
    return NamedTensor.deferred(
        tensor.name(), type, tensor.shape(), inMemory, () -> values(tensor, pieces, inMemory));
  }

  private Tensor values(MindFormersTensor tensor, List<Piece> pieces, DType inMemory) {
    Tensor whole = memory.take(inMemory, tensor.shape());
    pieces.forEach(piece -> read(piece, whole));
    return whole;
  }

  /** Reads a parameter to the rows that it becomes. */
  private void read(Piece piece, Tensor whole) {
    String name = piece.parameter().name();
    Shape shape = piece.parameter().shape();
    RowPattern rows = piece.rows();
    if (rows.isAlone()) {
      weights.read(name, Slice.whole(shape), whole);
    } else if (rows.isInterleaved()) {
      // Seen as rows of a period each, the parameter is a run of columns.
      long columns = shape.size(1);
      Tensor periods = whole.view(shape.size(0), rows.period() * columns);
      Tensor target = periods.narrow(1, rows.offset() * columns, columns);
      weights.read(name, Slice.whole(shape), target);
    } else {
      for (long row = 0; row < shape.size(0); row += rows.block()) {
        Slice block = new Slice(Shape.of(row, 0), Shape.of(rows.block(), shape.size(1)));
        weights.read(name, block, whole.rows(rows.row(row), rows.block()));
      }
    }
  }
}
