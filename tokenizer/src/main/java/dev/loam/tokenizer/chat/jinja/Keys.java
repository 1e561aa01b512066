// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.List;

/** What Python hashes: two values have equal keys here if they are one key of a dict there. */
final class Keys {
  private static final int MAX_DEPTH = 20;

  private Keys() {}

  private enum Single {
    NONE,
    UNDEFINED
  }

  static Object of(Value value) {
    return of(value, 0);
  }

  private static Object of(Value value, int depth) {
    if (value instanceof Text text) {
      return text.string();
    } else if (value instanceof Value.Int number) {
      return number.value();
    } else if (value instanceof Value.Bool bool) {
      return bool.value() ? 1L : 0L;
    } else if (value instanceof Value.Real number) {
      return ofFloat(number.value());
    } else if (value instanceof Value.None) {
      return Single.NONE;
    } else if (value instanceof Value.Undefined) {
      return Single.UNDEFINED;
    } else if (value instanceof Value.Items items && !items.isList() && depth < MAX_DEPTH) {
      List<Object> keys = new ArrayList<>(items.values().size());
      items.values().forEach(item -> keys.add(of(item, depth + 1)));
      return keys;
    }
    throw new Fault("a value of type " + value.type() + " cannot be a key or be looked up");
  }

  private static Object ofFloat(double value) {
    if (Double.isNaN(value)) {
      throw new Fault("nan cannot be a key");
    }
    boolean whole = Math.rint(value) == value && Math.abs(value) < 0x1p63;
    return whole ? (Object) (long) value : (Object) value;
  }
}
