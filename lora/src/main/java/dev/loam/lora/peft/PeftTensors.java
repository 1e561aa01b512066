// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora.peft;

import dev.loam.lora.LoraNames;
import dev.loam.tensor.Tensor;

/** Single tensors of adapters as PEFT has them: gradients, say. */
public final class PeftTensors {
  private PeftTensors() {}

  /**
   * PEFT's name of a parameter; those of the model itself keep theirs.
   *
   * @param parameter of an adapter of one module, or of the model itself
   */
  public static String name(String parameter) {
    if (!LoraNames.isAdapter(parameter)) {
      return parameter;
    }
    String module = AdapterNames.module(parameter);
    return AdapterNames.stored(module, parameter.substring(module.length()));
  }

  /** Values of a parameter in the shape that PEFT has; a copy where that is another. */
  public static Tensor values(String parameter, Tensor values) {
    return parameter.equals(AdapterNames.EMBEDDING + AdapterNames.A)
        ? AdapterWriter.transposed(values)
        : values;
  }
}
