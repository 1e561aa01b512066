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
    ReplicaShare share = config.parallel().share(replica);
    if (config.data() instanceof DataConfig.TokenFile file) {
      return new TokenFileBatches(lease, file.path(), config.model(), config.batchSize(), share);
    }
    if (config.data() instanceof DataConfig.Instruction instruction) {
      MindSpeedSamples rows = samples(instruction);
      long count = instruction.options().samples().orElse(rows.size());
      int length = instruction.options().sequenceLength();
      return batches(rows, count, config, share, length);
    }
    if (!(config.data() instanceof DataConfig.Megatron megatron)) {
      throw new DataFormatException(
          "HFDataLoader gives records of text, which cannot be trained on yet");
    }
    int length = megatron.options().sequenceLength();
    return batches(samples(megatron), megatron.samples(), config, share, length);
  }

  /** Batches of samples, which are closed with them. */
  private static DataLoader batches(
      SampleSource samples, long count, TrainingConfig config, ReplicaShare share, int length) {
    try {
      return new SampleBatches(
          samples, count, config.batchSize(), share, length, config.model().vocabSize());
    } catch (RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  /**
   * The tokens of a row, of which no more than the head of a file is read for that.
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
    if (config.data() instanceof DataConfig.TokenFile file) {
      try (TokenFile opened = new TokenFile(lease, file.path())) {
        return opened.length();
      }
    }
    throw new DataFormatException(
        "HFDataLoader gives records of text, which cannot be trained on yet");
  }

  /**
   * Held-out samples of a run; the caller closes them.
   *
   * @param data what {@code eval_dataset} names
   */
  static EvaluationData heldOut(ComputeLease lease, TrainingConfig config, DataConfig data) {
    int batchSize = config.evaluation().batchSize();
    int vocabulary = config.model().vocabSize();
    if (data instanceof DataConfig.TokenFile file) {
      SampleSource rows = samples(lease, file);
      int length = rows.get(0).length();
      return new EvaluationSamples(rows, rows.size(), batchSize, length, vocabulary);
    }
    if (data instanceof DataConfig.Instruction instruction) {
      SampleSource rows = samples(instruction);
      long count = instruction.options().samples().orElse(rows.size());
      int length = instruction.options().sequenceLength();
      return new EvaluationSamples(rows, count, batchSize, length, vocabulary);
    }
    if (!(data instanceof DataConfig.Megatron megatron)) {
      throw new DataFormatException(
          "eval_dataset: HFDataLoader gives records of text, which cannot be evaluated on yet");
    }
    SampleSource source = samples(megatron);
    long count = Math.min(megatron.samples(), source.size());
    int length = megatron.options().sequenceLength();
    return new EvaluationSamples(source, count, batchSize, length, vocabulary);
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
