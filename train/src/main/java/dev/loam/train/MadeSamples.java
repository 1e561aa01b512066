// SPDX-License-Identifier: Apache-2.0
package dev.loam.train;

import dev.loam.data.sft.InstructionSamples;
import dev.loam.train.config.DataConfig;
import java.util.HashMap;
import java.util.Map;

/**
 * Samples that were made of records, once for all ranks of a process, which share them. Safe for
 * use by several threads: those that ask for what is being made wait for it.
 */
final class MadeSamples {
  private final Map<DataConfig.Records, InstructionSamples> made = new HashMap<>();

  /**
   * The samples of some records.
   *
   * @throws dev.loam.data.DataFormatException naming the record that cannot be used
   */
  synchronized InstructionSamples of(DataConfig.Records data) {
    return made.computeIfAbsent(data, TrainingData::samples);
  }
}
