// SPDX-License-Identifier: Apache-2.0
package dev.loam.tensor.part;

import dev.loam.tensor.Shape;

/**
 * A box cut out of a global tensor.
 *
 * @param start the first index along each dimension
 * @param shape the size along each dimension
 */
public record Slice(Shape start, Shape shape) {
  /** Checks that both have the same number of dimensions. */
  public Slice {
    if (start.rank() != shape.rank()) {
      throw new IllegalArgumentException("slice of rank " + shape.rank() + " starts at " + start);
    }
  }

  /** The whole of a tensor. */
  public static Slice whole(Shape shape) {
    return new Slice(Shape.of(new long[shape.rank()]), shape);
  }
}
