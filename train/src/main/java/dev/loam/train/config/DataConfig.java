// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.config;

import dev.loam.data.blend.SurplusRule;
import dev.loam.data.gpt.GptOptions;
import dev.loam.data.gpt.Split;
import dev.loam.data.loader.RecordHandler;
import dev.loam.data.loader.RecordSource;
import dev.loam.data.mindspeed.MindSpeedSampleOptions;
import dev.loam.data.sft.InstructionOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where training data comes from. */
public sealed interface DataConfig {
  /**
   * Indexed datasets, sampled as Megatron-LM does ({@code BlendedMegatronDatasetDataLoader}).
   *
   * @param samples requested
   * @param dataPath prefixes, or weights and prefixes in turn
   * @param split shares of train, validation and test; nothing where each has datasets of its own
   * @param phase which of the three it is
   * @param pathToCache where index arrays are kept from run to run, if anywhere
   * @param builderThreads how many datasets of a blend are opened at the same time
   */
  record Megatron(
      long samples,
      List<String> dataPath,
      Optional<String> split,
      GptOptions options,
      SurplusRule surplus,
      Split phase,
      Optional<Path> pathToCache,
      int builderThreads)
      implements DataConfig {
    /** Copies the list. */
    public Megatron {
      dataPath = List.copyOf(dataPath);
    }

    /** For training, without a cache, one dataset opened after the other. */
    public Megatron(
        long samples,
        List<String> dataPath,
        String split,
        GptOptions options,
        SurplusRule surplus) {
      this(
          samples,
          dataPath,
          Optional.of(split),
          options,
          surplus,
          Split.TRAIN,
          Optional.empty(),
          1);
    }
  }

  /** Exactly given rows ({@code TokenFileDataLoader}): {@code input_ids} and {@code labels}. */
  record TokenFile(Path path) implements DataConfig {}

  /**
   * Instruction data in three datasets ({@code InstructionDataLoader}).
   *
   * @param dataPath what the preprocessing was given as output prefix
   */
  record Instruction(Path dataPath, MindSpeedSampleOptions options) implements DataConfig {}

  /**
   * Records of text ({@code HFDataLoader}).
   *
   * @param handlers what is done with the records, in this order
   * @param samples how they become samples; without it they are only looked at
   */
  record Records(
      RecordSource source, List<RecordHandler> handlers, Optional<InstructionOptions> samples)
      implements DataConfig {
    /** Copies the list. */
    public Records {
      handlers = List.copyOf(handlers);
    }
  }
}
