// SPDX-License-Identifier: Apache-2.0
package dev.loam.parallel.conformance;

import dev.loam.parallel.ProcessGroup;
import dev.loam.tensor.DType;
import java.util.Arrays;

/** Assertions, and the values of all members. */
final class Expect {
  /** None, one, odd, one more than a power of two, and some chunks. */
  static final long[] SIZES = {0, 1, 7, 4097, 65_539};

  private Expect() {}

  static Pattern[] members(DType dtype, ProcessGroup group) {
    Pattern[] patterns = new Pattern[group.size()];
    Arrays.setAll(patterns, member -> Pattern.of(dtype, member));
    return patterns;
  }

  static void isTrue(boolean value, String what) {
    if (!value) {
      throw new AssertionError(what);
    }
  }

  static void equal(Object found, Object expected, String what) {
    if (!found.equals(expected)) {
      throw new AssertionError(what + " is " + found + ", not " + expected);
    }
  }

  static void refused(Runnable call, String what) {
    try {
      call.run();
    } catch (IllegalArgumentException expected) {
      return;
    }
    throw new AssertionError(what + " was not refused");
  }
}
