// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.merge;

import dev.loam.checkpoint.safetensors.SafetensorsType;
import java.util.Optional;

/**
 * How merged weights are written.
 *
 * @param dtype the type to store: F32, BF16 or F16; without, each tensor keeps its own
 * @param keepTied whether a model whose head is its embedding stays so where an adapter changes the
 *     embedding, and the head with it, which the adapter does not
 */
public record MergeOptions(Optional<SafetensorsType> dtype, boolean keepTied) {
  /** As the model is, and with the results of model and adapter. */
  public static final MergeOptions DEFAULT = new MergeOptions(Optional.empty(), false);
}
