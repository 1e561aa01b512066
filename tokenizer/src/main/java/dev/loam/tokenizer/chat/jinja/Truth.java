// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

/** What counts as true. */
final class Truth {
  private Truth() {}

  static boolean of(Value value) {
    if (value instanceof Value.Bool bool) {
      return bool.value();
    } else if (value instanceof Text text) {
      return !text.isEmpty();
    } else if (value instanceof Value.Items items) {
      return !items.values().isEmpty();
    } else if (value instanceof Dict dict) {
      return dict.size() > 0;
    } else if (value instanceof Value.Int number) {
      return number.value() != 0;
    } else if (value instanceof Value.Real number) {
      return number.value() != 0;
    } else if (value instanceof Value.View view) {
      return !view.values().isEmpty();
    } else if (value instanceof Value.Range range) {
      return !range.values().isEmpty();
    }
    return !(value instanceof Value.None || value instanceof Value.Undefined);
  }
}
