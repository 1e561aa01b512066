// SPDX-License-Identifier: Apache-2.0
package dev.loam.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tensors put together from what ranks have of them. */
final class Whole {
  private final Map<String, double[]> tensors = new LinkedHashMap<>();

  /** A slice of a vector or matrix. */
  @SuppressWarnings("ArrayRecordComponent")
  record Piece(String name, Shape shape, Slice slice, double[] values) {}

  /** Puts a piece in its place; what is there already must have the same bits. */
  void add(Piece piece) {
    double[] whole = tensors.computeIfAbsent(piece.name(), name -> nan(piece.shape()));
    Shape part = piece.slice().shape();
    Shape start = piece.slice().start();
    boolean matrix = part.rank() == 2;
    int width = matrix ? (int) piece.shape().size(1) : 1;
    int columns = matrix ? (int) part.size(1) : 1;
    int firstColumn = matrix ? (int) start.size(1) : 0;
    for (int i = 0; i < piece.values().length; i++) {
      int at = (int) (start.size(0) + i / columns) * width + firstColumn + i % columns;
      if (!Double.isNaN(whole[at])) {
        assertThat(piece.values()[i]).as("%s element %d", piece.name(), at).isEqualTo(whole[at]);
      }
      whole[at] = piece.values()[i];
    }
  }

  private static double[] nan(Shape shape) {
    double[] values = new double[(int) shape.elements()];
    Arrays.fill(values, Double.NaN);
    return values;
  }

  /** All tensors by name; their elements are all there and finite. */
  Map<String, double[]> tensors() {
    tensors.forEach((name, values) -> assertThat(finite(values)).as(name).isTrue());
    return tensors;
  }

  private static boolean finite(double[] values) {
    return Arrays.stream(values).allMatch(Double::isFinite);
  }

  /** Takes one tensor out. */
  double[] remove(String name, int number) {
    double[] values = tensors.remove(name(name, number));
    if (values == null) {
      throw new IllegalArgumentException("no rank has " + name + " " + number);
    }
    return values;
  }

  /** A name that no parameter has. */
  static String name(String what, int number) {
    return what + " " + number;
  }
}
