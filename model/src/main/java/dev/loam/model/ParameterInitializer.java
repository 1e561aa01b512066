// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import dev.loam.tensor.part.Parameter;

/**
 * First values of matrices that are added to a model. They depend on the seed, the parameter's name
 * and the element only, not on the ranks a model is spread over.
 */
public final class ParameterInitializer {
  private ParameterInitializer() {}

  /** Normally distributed about 0. */
  public static void normal(Parameter matrix, long seed, double deviation) {
    fill(new NormalInitializer(seed, matrix.name(), deviation), matrix);
  }

  /** Evenly distributed between the negative bound and the bound. */
  public static void uniform(Parameter matrix, long seed, double bound) {
    fill(new NormalInitializer(seed, matrix.name(), share -> bound * (2 * share - 1)), matrix);
  }

  private static void fill(NormalInitializer values, Parameter matrix) {
    values.fill(matrix.value(), matrix.slice(), matrix.globalShape().size(1));
  }
}
