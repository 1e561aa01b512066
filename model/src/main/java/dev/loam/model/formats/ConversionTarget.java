// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import java.util.Optional;

/**
 * What weights are to become.
 *
 * @param format the form to write
 * @param tensorParallel tensor-parallel ranks of {@link WeightFormat#MEGATRON}; 1 elsewhere
 * @param pipelineStages pipeline stages of {@link WeightFormat#MEGATRON}; 1 elsewhere
 * @param dtype the type to store: F32, BF16 or F16; without, each tensor keeps its own. {@link
 *     WeightFormat#LOAM} has no F16 and stores it as F32
 */
public record ConversionTarget(
    WeightFormat format, int tensorParallel, int pipelineStages, Optional<SafetensorsType> dtype) {
  /** Checks that the parts go together. */
  public ConversionTarget {
    if (Math.min(tensorParallel, pipelineStages) < 1
        || (format != WeightFormat.MEGATRON && tensorParallel * pipelineStages != 1)) {
      throw new IllegalArgumentException(
          format + " for " + tensorParallel + " x " + pipelineStages + " ranks");
    }
  }

  /** A format, with all as it is. */
  public static ConversionTarget of(WeightFormat format) {
    return new ConversionTarget(format, 1, 1, Optional.empty());
  }

  /** For Megatron: so many ranks. */
  public ConversionTarget withRanks(int tensorParallelRanks, int stages) {
    return new ConversionTarget(format, tensorParallelRanks, stages, dtype);
  }

  /** Stored in one type. */
  public ConversionTarget withType(SafetensorsType type) {
    return new ConversionTarget(format, tensorParallel, pipelineStages, Optional.of(type));
  }
}
