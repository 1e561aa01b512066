// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.mpi;

import dev.loam.tensor.DType;
import java.util.List;

/**
 * Tags of messages. They tell what a message belongs to, so that messages of different operations
 * never match each other, and a rank that waits can say what another one did instead. 21 bits are
 * used; the transports of Open MPI offer 23 or more.
 */
final class Tag {
  /** Tags of callers are below. */
  static final int LIMIT = 1 << 15;

  private static final List<DType> TYPES = List.of(DType.F64, DType.F32, DType.BF16, DType.I64);
  private static final List<Kind> KINDS = List.of(Kind.values());

  private static final int NUMBERS = 1 << 12;
  private static final int TYPE_SHIFT = 15;
  private static final int LAST = 1 << 17;
  private static final int NUMBER_TYPE_SHIFT = 12;
  private static final int PART_SHIFT = 14;
  private static final int KIND_SHIFT = 16;
  private static final int COLLECTIVE = 1 << 20;

  private Tag() {}

  /** Of a part of a tensor that is sent from one member to another. */
  static int message(int tag, DType dtype, boolean last) {
    return tag | TYPES.indexOf(dtype) << TYPE_SHIFT | (last ? LAST : 0);
  }

  /**
   * Of a part of a collective.
   *
   * @param number of the operation within its group
   * @param part 0 to 3; messages of one collective with the same part, between the same members,
   *     are posted in the same order at both ends
   */
  static int collective(Kind kind, DType dtype, long number, int part) {
    return COLLECTIVE
        | KINDS.indexOf(kind) << KIND_SHIFT
        | part << PART_SHIFT
        | TYPES.indexOf(dtype) << NUMBER_TYPE_SHIFT
        | (int) (number % NUMBERS);
  }

  /** What a message with this tag belongs to. */
  static String describe(int tag) {
    if ((tag & COLLECTIVE) == 0) {
      return "a message of "
          + TYPES.get(tag >> TYPE_SHIFT & 3)
          + " with tag "
          + (tag & (LIMIT - 1));
    }
    int number = tag & (NUMBERS - 1);
    return KINDS.get(tag >> KIND_SHIFT & 15).text()
        + " #"
        + number
        + " of "
        + TYPES.get(tag >> NUMBER_TYPE_SHIFT & 3);
  }
}
