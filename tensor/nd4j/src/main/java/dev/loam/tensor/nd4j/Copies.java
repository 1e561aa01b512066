// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.nd4j;

import static dev.loam.tensor.nd4j.Values.assign;
import static dev.loam.tensor.nd4j.Values.read;
import static dev.loam.tensor.nd4j.Values.view;

import dev.loam.tensor.Tensor;

/** Moving values, whatever their type. */
final class Copies {
  private Copies() {}

  static void copy(Tensor x, Tensor y) {
    if (x.elements() == 0) {
      return;
    }
    if (x.dtype() == y.dtype()) {
      view(y).assign(view(x));
    } else {
      y.set(x.toDoubles()); // rounds to bfloat16 the way all of Loam does
    }
  }

  static void add(Tensor x, Tensor y) {
    assign(y, true, () -> read(x));
  }

  static void fill(Tensor y, double value) {
    if (y.elements() > 0) {
      view(y).assign(value);
    }
  }
}
