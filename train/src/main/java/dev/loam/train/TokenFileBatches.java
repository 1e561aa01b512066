// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.checkpoint.safetensors.SafetensorsFile;
import dev.loam.data.DataFormatException;
import dev.loam.model.ModelInput;
import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.Arena;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.DType;
import dev.loam.tensor.Device;
import dev.loam.tensor.Shape;
import dev.loam.tensor.Tensor;
import dev.loam.tensor.part.MicroBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Exactly given rows: a safetensors file with {@code input_ids} and {@code labels}, both [steps,
 * rows, T] in I64. Labels are aligned with the ids, as Hugging Face has them.
 */
final class TokenFileBatches implements BatchSource {
  private final Path file;
  private final Qwen3Config config;
  private final int microBatchSize;
  private final ReplicaShare share;
  private final Arena arena;
  private final Tensor ids;
  private final Tensor labels;

  TokenFileBatches(
      ComputeLease lease, Path file, Qwen3Config config, int microBatchSize, ReplicaShare share) {
    this.file = file;
    this.config = config;
    this.microBatchSize = microBatchSize;
    this.share = share;
    this.arena = lease.newArena(Device.cpu());
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      ids = read(tensors, "input_ids");
      labels = read(tensors, "labels");
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
    if (!ids.shape().equals(labels.shape()) || ids.rank() != 3) {
      arena.close();
      throw new DataFormatException(
          file
              + ": input_ids "
              + ids.shape()
              + " and labels "
              + labels.shape()
              + " must both be"
              + " [steps, rows, T]");
    }
    if (ids.size(0) == 0) {
      arena.close();
      throw new DataFormatException(file + ": no steps");
    }
    long globalBatch = (long) microBatchSize * share.microBatches() * share.replicas();
    if (ids.size(1) != globalBatch) {
      arena.close();
      throw new DataFormatException(
          file + ": " + ids.size(1) + " rows a step, but the global batch is " + globalBatch);
    }
  }

  private Tensor read(SafetensorsFile tensors, String name) {
    if (!tensors.entries().containsKey(name)) {
      throw new DataFormatException(file + ": no tensor '" + name + "'");
    }
    Shape shape = tensors.entry(name).shape();
    Tensor tensor = arena.allocate(DType.I64, shape.toArray());
    tensors.read(name, tensor);
    return tensor;
  }

  @Override
  public long stepsPerEpoch() {
    return ids.size(0);
  }

  @Override
  public long samplesPerStep() {
    return ids.size(1);
  }

  @Override
  public int microBatches() {
    return share.microBatches();
  }

  @Override
  public int maxTokens() {
    return Math.toIntExact(microBatchSize * ids.size(2));
  }

  @Override
  public String description() {
    return file + ": " + ids.size(1) + " rows of " + ids.size(2) + " tokens a step";
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    long index = at.sample() / samplesPerStep();
    List<List<Long>> idRows = rows(ids, index);
    List<List<Long>> labelRows = rows(labels, index);
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < share.microBatches(); i++) {
      List<List<Long>> inputs = new ArrayList<>();
      List<List<Long>> targets = new ArrayList<>();
      for (int row = 0; row < microBatchSize; row++) {
        int place = place(i, row);
        inputs.add(idRows.get(place));
        targets.add(labelRows.get(place));
      }
      ModelInput input =
          new ModelInput(
              inputs, Optional.of(targets), Optional.empty(), Optional.empty(), Optional.empty());
      batches.add(microBatch(input, index, place(i, 0)));
    }
    return batches;
  }

  private int place(int microBatch, int row) {
    return (int) share.place(row, microBatch, microBatchSize);
  }

  private MicroBatch microBatch(ModelInput input, long step, int firstRow) {
    try {
      return input.toMicroBatch(config);
    } catch (ModelInputException e) {
      throw new DataFormatException(
          file + ", step " + step + ", rows from " + firstRow + " on: " + e.getMessage(), e);
    }
  }

  private static List<List<Long>> rows(Tensor tensor, long step) {
    long length = tensor.size(2);
    List<List<Long>> rows = new ArrayList<>();
    for (long row = 0; row < tensor.size(1); row++) {
      ByteBuffer values = tensor.window((step * tensor.size(1) + row) * length, length);
      List<Long> list = new ArrayList<>();
      while (values.hasRemaining()) {
        list.add(values.getLong());
      }
      rows.add(list);
    }
    return rows;
  }

  @Override
  public void close() {
    arena.close();
  }
}
