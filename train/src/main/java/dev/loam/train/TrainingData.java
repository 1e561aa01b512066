// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.DataFormatException;
import dev.loam.data.SampleSource;
import dev.loam.data.blend.DataPaths;
import dev.loam.data.blend.GptBlend;
import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.IndexCache;
import dev.loam.data.gpt.Split;
import dev.loam.data.loader.RecordHandler;
import dev.loam.data.loader.RecordTable;
import dev.loam.data.mindspeed.MindSpeedSamples;
import dev.loam.data.sft.InstructionOptions;
import dev.loam.data.sft.InstructionSamples;
import dev.loam.data.sft.RowLayout;
import dev.loam.tensor.ComputeLease;
import dev.loam.train.config.DataConfig;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Opens the data a configuration names. */
public final class TrainingData {
  private TrainingData() {}

  /**
   * The batches of one replica of a run; the caller closes them.
   *
   * @param replica which data-parallel replica
   */
  public static DataLoader batches(ComputeLease lease, TrainingConfig config, int replica) {
    return batches(lease, config, replica, new MadeSamples());
  }

  /**
   * The batches of one replica of a run; the caller closes them.
   *
   * @param replica which data-parallel replica
   * @param made what ranks of this process share
   */
  static DataLoader batches(
      ComputeLease lease, TrainingConfig config, int replica, MadeSamples made) {
    ReplicaShare share = config.parallel().share(replica);
    if (config.data() instanceof DataConfig.TokenFile file) {
      return new TokenFileBatches(lease, file.path(), config.model(), config.batchSize(), share);
    }
    if (config.data() instanceof DataConfig.Records records) {
      InstructionSamples samples = made.of(records);
      RowShape shape = RowShape.of(samples.longest(), config);
      return new SampleBatches(
          samples,
          samples.size(),
          config.batchSize(),
          share,
          shape,
          samples.counts() + " of at most " + samples.longest() + " tokens");
    }
    if (config.data() instanceof DataConfig.Instruction instruction) {
      MindSpeedSamples rows = samples(instruction);
      long count = instruction.options().samples().orElse(rows.size());
      RowShape shape = RowShape.of(instruction.options().sequenceLength(), config);
      return batches(rows, count, config, share, shape, "at most ");
    }
    DataConfig.Megatron megatron = (DataConfig.Megatron) config.data();
    int length = megatron.options().sequenceLength();
    RowShape shape = RowShape.equal(length, config.model().vocabSize());
    return batches(samples(megatron), megatron.samples(), config, share, shape, "");
  }

  /** Batches of samples, which are closed with them. */
  private static DataLoader batches(
      SampleSource samples,
      long count,
      TrainingConfig config,
      ReplicaShare share,
      RowShape shape,
      String limit) {
    try {
      return new SampleBatches(
          samples,
          count,
          config.batchSize(),
          share,
          shape,
          samples.size() + " samples of " + limit + shape.longest() + " tokens");
    } catch (RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  /**
   * The most tokens of a row, of which no more than the head of a file is read for that; only rows
   * of records that are neither packed nor padded are made to see.
   *
   * @throws DataFormatException if the data is not there or cannot be trained on
   */
  public static int sequenceLength(ComputeLease lease, TrainingConfig config) {
    if (config.data() instanceof DataConfig.Megatron megatron) {
      return megatron.options().sequenceLength();
    }
    if (config.data() instanceof DataConfig.Instruction instruction) {
      return instruction.options().sequenceLength();
    }
    if (config.data() instanceof DataConfig.Records records) {
      InstructionOptions options = options(records);
      boolean free = options.rows() instanceof RowLayout.One && options.padTo().isEmpty();
      return free ? samples(records).longest() : options.longestRow();
    }
    try (TokenFile opened = new TokenFile(lease, ((DataConfig.TokenFile) config.data()).path())) {
      return opened.length();
    }
  }

  /**
   * Held-out samples of a run; the caller closes them.
   *
   * @param data what {@code eval_dataset} names
   */
  static EvaluationData heldOut(
      ComputeLease lease, TrainingConfig config, DataConfig data, MadeSamples made) {
    int batchSize = config.evaluation().batchSize();
    int vocabulary = config.model().vocabSize();
    if (data instanceof DataConfig.TokenFile file) {
      SampleSource rows = samples(lease, file);
      RowShape shape = RowShape.equal(rows.get(0).length(), vocabulary);
      return new EvaluationSamples(rows, rows.size(), batchSize, shape);
    }
    if (data instanceof DataConfig.Instruction instruction) {
      SampleSource rows = samples(instruction);
      long count = instruction.options().samples().orElse(rows.size());
      RowShape shape = RowShape.of(instruction.options().sequenceLength(), config);
      return new EvaluationSamples(rows, count, batchSize, shape);
    }
    if (data instanceof DataConfig.Records records) {
      InstructionSamples samples = made.of(records);
      return new EvaluationSamples(
          samples, samples.size(), batchSize, RowShape.of(samples.longest(), config));
    }
    DataConfig.Megatron megatron = (DataConfig.Megatron) data;
    SampleSource source = samples(megatron);
    long count = Math.min(megatron.samples(), source.size());
    RowShape shape = RowShape.equal(megatron.options().sequenceLength(), vocabulary);
    return new EvaluationSamples(source, count, batchSize, shape);
  }

  /**
   * Samples made of records, held in memory.
   *
   * @throws DataFormatException naming the record that cannot be used, or if the configuration has
   *     no handler that makes samples
   */
  public static InstructionSamples samples(DataConfig.Records data) {
    InstructionOptions options = options(data);
    try (RecordTable records = records(data)) {
      return InstructionSamples.of(records, options);
    }
  }

  private static InstructionOptions options(DataConfig.Records data) {
    return data.samples()
        .orElseThrow(
            () -> new DataFormatException("HFDataLoader has no handler that makes samples"));
  }

  /** Exactly given rows, one by one; the caller closes them. */
  public static SampleSource samples(ComputeLease lease, DataConfig.TokenFile data) {
    TokenFile file = new TokenFile(lease, data.path());
    try {
      return new TokenFileSamples(file);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** The rows of instruction data, in training order; the caller closes them. */
  public static MindSpeedSamples samples(DataConfig.Instruction data) {
    try {
      return MindSpeedSamples.open(data.dataPath(), data.options());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Records of text after all handlers; the caller closes them. */
  public static RecordTable records(DataConfig.Records data) {
    RecordTable table;
    try {
      table = data.source().open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return RecordHandler.applyAll(table, data.handlers());
    } catch (RuntimeException | Error e) {
      table.close();
      throw e;
    }
  }

  /** The samples of indexed datasets, in training order; the caller closes them. */
  public static SampleSource samples(DataConfig.Megatron data) {
    Split.Part part = data.split().isPresent() ? part(data, data.split().get()) : Split.Part.ALL;
    Optional<IndexCache> cache =
        data.pathToCache()
            .map(
                folder ->
                    new IndexCache(
                        folder, data.split(), data.surplus() == SurplusRule.MINDFORMERS));
    GptBlend blend =
        new GptBlend(
            data.phase(), part, data.options(), data.surplus(), cache, data.builderThreads());
    try {
      return blend.open(DataPaths.parse(data.dataPath()), OptionalLong.of(data.samples()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Split.Part part(DataConfig.Megatron data, String split) {
    return data.phase()
        .of(split)
        .orElseThrow(
            () ->
                new DataFormatException(
                    "split '%s' leaves no %s data"
                        .formatted(
                            split,
                            switch (data.phase()) {
                              case TRAIN -> "training";
                              case VALID -> "validation";
                              case TEST -> "test";
                            })));
  }
}
