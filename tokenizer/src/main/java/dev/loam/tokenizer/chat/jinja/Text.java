// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.Arrays;

/**
 * A string that knows of each character where it comes from. Offsets are in UTF-16 units; Python's
 * are in code points, which {@link #length()} and {@link #offset(int)} count.
 */
final class Text implements Value {
  static final Text EMPTY = new Text("", new Origin[0], new int[0]);

  private final String string;
  private final Origin[] origins;

  /** One behind the last unit of each origin. */
  private final int[] ends;

  private final int length;

  Text(String string, Origin[] origins, int[] ends) {
    this.string = string;
    this.origins = origins;
    this.ends = ends;
    this.length = string.codePointCount(0, string.length());
  }

  static Text of(String string, Origin origin) {
    // What is empty has an origin too: its quotes do, where it is written as JSON.
    return string.isEmpty() && origin.equals(Origin.TEMPLATE)
        ? EMPTY
        : new Text(string, new Origin[] {origin}, new int[] {string.length()});
  }

  String string() {
    return string;
  }

  boolean isEmpty() {
    return string.isEmpty();
  }

  /** Its length in code points. */
  int length() {
    return length;
  }

  /** How many units the first {@code codePoints} of it have. */
  int offset(int codePoints) {
    return length == string.length() ? codePoints : string.offsetByCodePoints(0, codePoints);
  }

  /** How many code points the first {@code units} of it have. */
  int index(int units) {
    return length == string.length() ? units : string.codePointCount(0, units);
  }

  int runs() {
    return ends.length;
  }

  Origin origin(int run) {
    return origins[run];
  }

  int end(int run) {
    return ends[run];
  }

  /** The run that a unit is in. */
  int runAt(int unit) {
    int found = Arrays.binarySearch(ends, unit);
    return found >= 0 ? found + 1 : -found - 1;
  }

  /** The one origin of all of it; the template where there are several. */
  @Override
  public Origin origin() {
    return origins.length == 1 ? origins[0] : Origin.TEMPLATE;
  }

  @Override
  public String type() {
    return "str";
  }

  @Override
  public String toString() {
    return string;
  }
}
