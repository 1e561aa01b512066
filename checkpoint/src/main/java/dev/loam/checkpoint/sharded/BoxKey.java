// SPDX-License-Identifier: Apache-2.0
package dev.loam.checkpoint.sharded;

import dev.loam.tensor.Shape;
import dev.loam.tensor.part.Slice;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The key of a box in a safetensors file: {@code name} if it is the whole tensor, else the name and
 * the ranges it covers, {@code name[r0:r1,c0:c1]} of a matrix and {@code name[a:b]} of a vector.
 *
 * @param name the name of the tensor
 * @param slice where the box lies in the tensor
 */
record BoxKey(String name, Slice slice) {
  private static final String NUMBER = "(0|[1-9][0-9]{0,17})";
  private static final String RANGE = NUMBER + ":" + NUMBER;
  private static final Pattern RANGES = Pattern.compile("\\[" + RANGE + "(?:," + RANGE + ")?]");

  /** Whether a tensor may have this name. */
  static boolean isName(String name) {
    return !name.isEmpty() && name.indexOf('[') < 0 && name.indexOf(']') < 0;
  }

  /** The key of a box of one or two dimensions, with its ranges. */
  static String withRanges(String name, Slice slice) {
    StringBuilder key = new StringBuilder(name);
    for (int d = 0; d < slice.shape().rank(); d++) {
      long start = slice.start().size(d);
      key.append(d == 0 ? '[' : ',').append(start).append(':');
      key.append(start + slice.shape().size(d));
    }
    return key.append(']').toString();
  }

  /**
   * Reads the key of a box; nothing if it is none of a vector or matrix of this shape.
   *
   * @param stored the shape of what is stored under the key
   */
  static Optional<BoxKey> parse(String key, Shape stored) {
    if (stored.rank() != 1 && stored.rank() != 2) {
      return Optional.empty();
    }
    if (isName(key)) {
      return Optional.of(new BoxKey(key, Slice.whole(stored)));
    }
    int bracket = key.indexOf('[');
    if (bracket < 0 || !isName(key.substring(0, bracket))) {
      return Optional.empty();
    }
    Matcher ranges = RANGES.matcher(key).region(bracket, key.length());
    if (!ranges.matches() || (ranges.group(3) == null ? 1 : 2) != stored.rank()) {
      return Optional.empty();
    }
    return starts(ranges, stored)
        .map(start -> new BoxKey(key.substring(0, bracket), new Slice(start, stored)));
  }

  /** Where the ranges start, if they are as long as what is stored. */
  private static Optional<Shape> starts(Matcher ranges, Shape stored) {
    long[] starts = new long[stored.rank()];
    for (int d = 0; d < starts.length; d++) {
      starts[d] = Long.parseLong(ranges.group(2 * d + 1));
      long end = Long.parseLong(ranges.group(2 * d + 2));
      if (end <= starts[d] || end - starts[d] != stored.size(d)) {
        return Optional.empty();
      }
    }
    return shape(starts);
  }

  /** Positions are kept as a shape, whose product must not overflow. */
  private static Optional<Shape> shape(long[] starts) {
    try {
      return Optional.of(Shape.of(starts));
    } catch (ArithmeticException e) {
      return Optional.empty();
    }
  }
}
