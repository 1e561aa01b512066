// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.model.ParameterInitializer;
import dev.loam.tensor.part.Parameter;

/** How first matrices begin; second matrices are zero, so that adapters begin without effect. */
public enum LoraInit {
  /** Normal with a standard deviation of 0.01, as in MindFormers. */
  NORMAL,
  /** Uniform up to 1 / sqrt(inputs), as in PEFT (Kaiming uniform with a = sqrt(5)). */
  HE_UNIFORM;

  void fill(Parameter matrix, long seed, long inputs) {
    switch (this) {
      case NORMAL -> ParameterInitializer.normal(matrix, seed, 0.01);
      case HE_UNIFORM -> ParameterInitializer.uniform(matrix, seed, 1 / Math.sqrt((double) inputs));
    }
  }
}
