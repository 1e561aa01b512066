// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.DataFormatException;
import dev.loam.model.ModelInput;
import dev.loam.model.ModelInputException;
import dev.loam.model.Qwen3Config;
import dev.loam.tensor.ComputeLease;
import dev.loam.tensor.part.DropoutKeys;
import dev.loam.tensor.part.MicroBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Exactly given rows: those of a {@link TokenFile}, each of its steps being a step of training. */
final class TokenFileBatches implements DataLoader {
  private final TokenFile file;
  private final Qwen3Config config;
  private final int microBatchSize;
  private final ReplicaShare share;

  TokenFileBatches(
      ComputeLease lease, Path path, Qwen3Config config, int microBatchSize, ReplicaShare share) {
    this.config = config;
    this.microBatchSize = microBatchSize;
    this.share = share;
    file = new TokenFile(lease, path);
    long globalBatch = (long) microBatchSize * share.microBatches() * share.replicas();
    if (file.rows() != globalBatch) {
      file.close();
      throw new DataFormatException(
          path + ": " + file.rows() + " rows a step, but the global batch is " + globalBatch);
    }
  }

  @Override
  public long stepsPerEpoch() {
    return file.steps();
  }

  @Override
  public long samplesPerStep() {
    return file.rows();
  }

  @Override
  public int microBatches() {
    return share.microBatches();
  }

  @Override
  public int maxTokens() {
    return Math.multiplyExact(microBatchSize, file.length());
  }

  @Override
  public String description() {
    return file.path() + ": " + file.rows() + " rows of " + file.length() + " tokens a step";
  }

  @Override
  public List<MicroBatch> step(DataCursor at) {
    long index = at.sample() / samplesPerStep();
    TokenFile.Step step = file.read(index);
    List<MicroBatch> batches = new ArrayList<>();
    for (int i = 0; i < share.microBatches(); i++) {
      List<List<Long>> inputs = new ArrayList<>();
      List<List<Long>> targets = new ArrayList<>();
      for (int row = 0; row < microBatchSize; row++) {
        inputs.add(step.ids().get(place(i, row)));
        targets.add(step.labels().get(place(i, row)));
      }
      ModelInput input =
          new ModelInput(
              inputs, Optional.of(targets), Optional.empty(), Optional.empty(), Optional.empty());
      int microBatch = i;
      long[] places =
          IntStream.range(0, microBatchSize).mapToLong(row -> place(microBatch, row)).toArray();
      batches.add(
          microBatch(input, index, place(i, 0)).with(DropoutKeys.ofRows(places, file.length())));
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
          file.path() + ", step " + step + ", rows from " + firstRow + " on: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
