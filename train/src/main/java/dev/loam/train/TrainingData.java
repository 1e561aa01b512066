// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.DataFormatException;
import dev.loam.data.SampleSource;
import dev.loam.data.blend.DataPaths;
import dev.loam.data.blend.GptBlend;
import dev.loam.data.gpt.Split;
import dev.loam.tensor.ComputeLease;
import dev.loam.train.config.DataConfig;
import dev.loam.train.config.TrainingConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalLong;

/** Opens the data a configuration names. */
public final class TrainingData {
  private TrainingData() {}

  /**
   * The batches of one replica of a run; the caller closes them.
   *
   * @param replica which data-parallel replica
   */
  public static BatchSource batches(ComputeLease lease, TrainingConfig config, int replica) {
    ReplicaShare share = config.parallel().share(replica);
    if (config.data() instanceof DataConfig.TokenFile file) {
      return new TokenFileBatches(lease, file.path(), config.model(), config.batchSize(), share);
    }
    DataConfig.Megatron megatron = (DataConfig.Megatron) config.data();
    SampleSource samples = samples(megatron);
    try {
      return new SampleBatches(
          samples,
          megatron.samples(),
          config.batchSize(),
          share,
          megatron.options().sequenceLength(),
          config.model().vocabSize());
    } catch (RuntimeException e) {
      samples.close();
      throw e;
    }
  }

  /** The samples of indexed datasets, in training order; the caller closes them. */
  public static SampleSource samples(DataConfig.Megatron data) {
    Split.Part part =
        Split.TRAIN
            .of(data.split())
            .orElseThrow(
                () ->
                    new DataFormatException(
                        "split '" + data.split() + "' leaves no training data"));
    GptBlend blend = new GptBlend(Split.TRAIN, part, data.options(), data.surplus());
    try {
      return blend.open(DataPaths.parse(data.dataPath()), OptionalLong.of(data.samples()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
