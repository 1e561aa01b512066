// SPDX-License-Identifier: Apache-2.0
package dev.loam.tokenizer.chat.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts texts together within a budget. */
final class TextBuilder {
  private final Budget budget;
  private final StringBuilder string = new StringBuilder();
  private final List<Origin> origins = new ArrayList<>();
  private int[] ends = new int[4];

  TextBuilder(Budget budget) {
    this.budget = budget;
  }

  /** A part of a text, in UTF-16 units. */
  static Text part(Text text, int start, int end, Budget budget) {
    return start == 0 && end == text.string().length()
        ? text
        : new TextBuilder(budget).append(text, start, end).build();
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.string().length());
  }

  TextBuilder append(Text text, int start, int end) {
    int at = start;
    for (int run = at < end ? text.runAt(at) : 0; at < end; run++) {
      int stop = Math.min(end, text.end(run));
      append(text.string(), at, stop, text.origin(run));
      at = stop;
    }
    return this;
  }

  TextBuilder append(String part, Origin origin) {
    return append(part, 0, part.length(), origin);
  }

  TextBuilder append(String part, int start, int end, Origin origin) {
    if (start < end) {
      budget.characters(end - start);
      string.append(part, start, end);
      int last = origins.size() - 1;
      if (last >= 0 && origins.get(last).equals(origin)) {
        ends[last] = string.length();
      } else {
        origins.add(origin);
        if (origins.size() > ends.length) {
          ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[origins.size() - 1] = string.length();
      }
    }
    return this;
  }

  Text build() {
    if (origins.isEmpty()) {
      return Text.EMPTY;
    }
    budget.allocated();
    return new Text(
        string.toString(), origins.toArray(Origin[]::new), Arrays.copyOf(ends, origins.size()));
  }
}
