// SPDX-License-Identifier: Apache-2.0
package dev.loam.model.formats;

import java.util.List;

/** How MindSpore Transformers calls the parameters of a model. */
public final class MindFormersParameters {
  private MindFormersParameters() {}

  /**
   * Its names for a parameter: its own, and that of the fused one it is part of, if it is.
   *
   * @param parameter as Hugging Face calls it
   */
  public static List<String> names(String parameter) {
    return MindFormersNames.of(parameter);
  }
}
