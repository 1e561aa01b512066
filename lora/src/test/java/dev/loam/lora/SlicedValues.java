// SPDX-License-Identifier: Apache-2.0
package dev.loam.lora;

import dev.loam.tensor.part.Parameter;

/** What a rank has of a whole matrix. */
final class SlicedValues {
  private SlicedValues() {}

  static double[] of(double[] whole, Parameter parameter) {
    int columns = (int) parameter.globalShape().size(1);
    int firstRow = (int) parameter.slice().start().size(0);
    int firstColumn = (int) parameter.slice().start().size(1);
    int width = (int) parameter.slice().shape().size(1);
    double[] part = new double[(int) parameter.value().elements()];
    for (int i = 0; i < part.length; i++) {
      part[i] = whole[(firstRow + i / width) * columns + firstColumn + i % width];
    }
    return part;
  }
}
