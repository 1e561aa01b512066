// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import java.nio.file.Path;
import java.util.List;

/** Where training data comes from. */
public sealed interface DataConfig {
  /**
   * Indexed datasets, sampled as Megatron-LM does ({@code BlendedMegatronDatasetDataLoader}).
   *
   * @param samples requested for training
   * @param dataPath prefixes, or weights and prefixes in turn
   * @param split shares of train, validation and test
   */
  record Megatron(
      long samples, List<String> dataPath, String split, GptOptions options, SurplusRule surplus)
      implements DataConfig {
    /** Copies the list. */
    public Megatron {
      dataPath = List.copyOf(dataPath);
    }
  }

  /** Exactly given rows ({@code TokenFileDataLoader}): {@code input_ids} and {@code labels}. */
  record TokenFile(Path path) implements DataConfig {}
}
