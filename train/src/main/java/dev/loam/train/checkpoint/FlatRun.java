// SPDX-License-Identifier: Apache-2.0
package dev.loam.train.checkpoint;

import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Parameter;
import dev.loam.tensor.part.Slice;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of the elements that a rank has of a parameter, counted row by row in the rank's own slice.
 *
 * @param start the first element
 * @param length how many
 */
record FlatRun(Parameter parameter, long start, long length) {
  /** All that the rank has. */
  static FlatRun whole(Parameter parameter) {
    return new FlatRun(parameter, 0, parameter.value().elements());
  }

  /**
   * A box of the whole parameter.
   *
   * @param offset its first element, counted from the first of the run
   */
  record Box(Slice slice, long offset) {}

  /** The elements from one place of this run to another, but for none where there are none. */
  FlatRun part(long from, long to) {
    return new FlatRun(parameter, start + from, to - from);
  }

  /** The beginning of the row that a place of this run is in. */
  long rowStart(long place) {
    long row = parameter.value().rank() == 1 ? 1 : parameter.value().size(1);
    return Math.max(0, (start + place) / row * row - start);
  }

  /** This run as boxes of the whole parameter: at most the rest of a row, rows, part of a row. */
  List<Box> boxes() {
    Slice slice = parameter.slice();
    if (slice.shape().rank() == 1) {
      Shape from = Shape.of(slice.start().size(0) + start);
      return length == 0 ? List.of() : List.of(new Box(new Slice(from, Shape.of(length)), 0));
    }
    long columns = slice.shape().size(1);
    List<Box> boxes = new ArrayList<>();
    for (long at = start; at < start + length; ) {
      long column = at % columns;
      long left = start + length - at;
      boolean wholeRows = column == 0 && left >= columns;
      long rows = wholeRows ? left / columns : 1;
      long width = wholeRows ? columns : Math.min(columns - column, left);
      Shape from = Shape.of(slice.start().size(0) + at / columns, slice.start().size(1) + column);
      boxes.add(new Box(new Slice(from, Shape.of(rows, width)), at - start));
      at += rows * width;
    }
    return boxes;
  }
}
