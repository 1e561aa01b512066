// SPDX-License-Identifier: Apache-2.0
package dev.loam.benchmarks;

import java.util.List;

/**
 * A matrix product that is required, once or many times.
 *
 * @param kind which product of a linear layer it is
 * @param sizes in any of which it may be computed; the fastest counts
 * @param operations multiplications and additions of all of it
 */
record Product(Kind kind, List<Size> sizes, double operations) {
  /** The products of a linear layer {@code y = x Wᵀ}. */
  enum Kind {
    FORWARD,
    INPUT_GRADIENT,
    WEIGHT_GRADIENT
  }

  /** The layer: x [rows, inputs], W [outputs, inputs]. */
  record Size(int rows, int inputs, int outputs) {
    double operations() {
      return 2.0 * rows * inputs * outputs;
    }
  }

  Product {
    sizes = List.copyOf(sizes);
  }

  /** A product of one size, so many times. */
  static Product of(Kind kind, Size size, int times) {
    return new Product(kind, List.of(size), times * size.operations());
  }
}
